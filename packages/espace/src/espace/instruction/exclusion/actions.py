# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that pronounces an exclusion."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.courrier.actions import poster
from espace.guichet.models import Dossier
from espace.instruction.models import Exclusion
from espace.instruction.parcours import EXCLUSION
from espace.journal.actions import record
from espace.liste_blanche.actions import exclude_and_publish
from espace.meteo.actions import leave
from espace.registre.models import CoupleFqdn
from espace.registre.states import Motif


@transaction.atomic
def pronounce(
    couple: CoupleFqdn,
    motif: Motif,
    expose: str,
    *,
    auteur: str,
    at: datetime,
    remediation: datetime | None = None,
    dossier: Dossier | None = None,
) -> Exclusion:
    """Exclude a Drimbox: its row leaves the list, its names stay in the DNS, the Météo stops watching, the Operateur is told in writing.

    Args:
        couple: its names.
        motif: why, among the four grounds.
        expose: the same in words, notified.
        auteur: login of the agent.
        at: aware instant.
        remediation: until when the cause may be cured.
        dossier: the dossier that led to it, if any.

    Raises:
        Inconnu, TransitionRefusee: as :func:`espace.registre.actions.exclude`.
    """
    exclude_and_publish(couple.db, motif, auteur=auteur, now=at)
    leave(couple, auteur=auteur, at=at)
    exclusion = Exclusion.objects.create(
        couple=couple, motif=motif, expose=expose, remediation_le=remediation, dossier=dossier, auteur=auteur, prononcee_le=at
    )
    record("instruction:exclusion:pronounced", auteur=auteur, objet=f"couple:{couple.db}", db=couple.db, reason=motif)
    words: dict[str, str | datetime] = {"noms": f"{couple.db}\n{couple.vi}", "motif": f"{motif.label}\n{expose}", "effet": at}
    if remediation is not None:
        words["remediation"] = remediation
    poster(EXCLUSION, operateur=couple.operateur, objet=couple.db, contexte=words, auteur=auteur)
    return exclusion
