# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The part of the process ``signataire`` that makes attestations: after the list and its head, that never wait for them.

Its words come from the Registre, not from who asked: a name that the Registre does not give to this Operateur stops everything. What is
sealed is read back before it is kept.
"""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from functools import partial

from django.conf import settings as django_settings
from django.db import Error as DatabaseError
from django.utils import timezone, translation

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import Anchors
from espace.alarmes.actions import raise_alarm, settle
from espace.attestation import actions, queries
from espace.attestation.actions import objet_of
from espace.attestation.errors import RegistreContraire, SceauEchoue, SceauSansCle
from espace.attestation.models import Attestation
from espace.attestation.texte import Contenu, values
from espace.config import EspaceSettings
from espace.liste_blanche.signature import key_of
from espace.registre.models import CoupleFqdn

log = get_logger("attestation")
BATCH = 5
_RETRY_SECONDS = 60.0
_MOTIF = "Attestation de délégation de l'Espace de Confiance DRIM-M"


class Sceleur:
    """Makes what waits, some at a time; after a failure, waits for a minute, and tries what failed after all the others."""

    def __init__(self, settings: EspaceSettings) -> None:
        self._settings = settings
        self._after = 0.0
        self._failed: set[int] = set()  # since the others were all tried

    def turn(self) -> int:
        """Seal what waits; return how many were. A trouble is an alarm, and is tried again later.

        Raises:
            django.db.Error: PostgreSQL failed.
        """
        if time.monotonic() < self._after:
            return 0
        waiting = queries.waiting(BATCH, besides=self._failed)
        if not waiting:
            self._failed.clear()
            waiting = queries.waiting(BATCH)
        return sum(self._one(attestation) for attestation in waiting)

    def _one(self, attestation: Attestation) -> bool:
        try:
            self._make(attestation)
        except DatabaseError:
            raise
        except DrimmError as error:
            self._tell(error, attestation)
            return False
        except Exception as error:  # whatever it is, nothing is sealed, the list goes on and a person is told
            log.error("attestation:attestation:surprised", exc_info=error)
            self._tell(SceauEchoue(), attestation)
            return False
        settle(objet=objet_of(attestation), now=timezone.now())
        return True

    def _make(self, attestation: Attestation) -> None:
        # loaded where something waits, so that the list starts without them
        from espace.attestation import pades  # noqa: PLC0415 - as said
        from espace.attestation.composition import compose  # noqa: PLC0415 - as said

        reglages, now = self._settings.attestation, timezone.now()
        if reglages is None:
            raise SceauSansCle
        check_names(attestation)
        with translation.override(django_settings.LANGUAGE_CODE):
            shown = values(self._contenu(attestation, now))
        anchors = Anchors.from_directory(self._settings.liste_blanche.anchors)
        with key_of(reglages.signer) as key:
            pdf = pades.seal(compose(shown, now), key, motif=_MOTIF)
        signataire = pades.check(pdf, anchors, revocation=self._settings.liste_blanche.revocation, at=timezone.now())
        actions.keep(attestation, pdf, sha256=hashlib.sha256(pdf).hexdigest(), signataire=signataire, now=now)

    def _contenu(self, attestation: Attestation, now: datetime) -> Contenu:
        make = partial(Contenu, administrateur=self._settings.administrateur, zone=self._settings.zone.name)
        operateur = attestation.operateur
        return make(
            numero=attestation.numero,
            demande=attestation.demande,
            operateur=operateur.denomination,
            siret=operateur.siret,
            noms=attestation.noms,
            url=self._settings.pages.public_url,
            at=now,
        )

    def _tell(self, error: DrimmError, attestation: Attestation) -> None:
        self._after = time.monotonic() + _RETRY_SECONDS
        self._failed.add(attestation.pk)
        log.error("attestation:attestation:stopped", exc_info=error, code=error.code)
        raise_alarm(error, objet=objet_of(attestation), now=timezone.now())


def check_names(attestation: Attestation) -> None:
    """See that the Registre gives every name of an attestation, couple by couple, to its Operateur.

    Raises:
        RegistreContraire: it does not.
    """
    asked = list(zip(attestation.noms[::2], attestation.noms[1::2], strict=False))
    given = set(CoupleFqdn.objects.filter(operateur=attestation.operateur, db__in=attestation.noms).values_list("db", "vi"))
    if not asked or len(attestation.noms) % 2 or not set(asked) <= given:
        raise RegistreContraire
