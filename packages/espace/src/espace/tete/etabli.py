# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The heads, as the process ``signataire`` makes and publishes them, one step at each of its turns.

A head is made when there is something new to say, or when the last one is old. It waits in the database for the signatures of others; it is
published when the reader's own code accepts it. The list never waits for any of this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error as DatabaseError

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.transparence import TetePolicy, TeteRefused, assemble, sign_payload, verify_tete
from espace.alarmes.actions import raise_alarm, settle
from espace.config import ListeBlanche
from espace.config import Tete as TeteSettings
from espace.database import is_lost
from espace.liste_blanche.errors import VerrouPerdu
from espace.liste_blanche.publication import Clock
from espace.tete import actions, cles, queries, rules
from espace.tete.composition import compose, content
from espace.tete.crls import copies
from espace.tete.errors import TeteAnterieure, TeteEcriture, TeteEnRetard, TeteInutilisable, TeteSurprise
from espace.tete.fichiers import Dossier
from espace.tete.models import Tete
from espace.tete.recues import present_keys, true_signatures

log = get_logger("tete")
_EVERY = timedelta(minutes=1)
_SETTLED = (TeteInutilisable.code, TeteEcriture.code, TeteAnterieure.code, TeteSurprise.code)


class Etabli:
    """Makes and publishes heads.

    Args:
        settings: the table ``[liste_blanche]``; without keys of heads, nothing is done.
        clock: the time.
        alone: tells whether we are still the only one who publishes.
    """

    def __init__(self, settings: ListeBlanche, *, clock: Clock | None = None, alone: Callable[[], bool] = lambda: True) -> None:
        self._settings = settings
        self._clock = clock or Clock()
        self._alone = alone
        self._dossier = Dossier(settings.publication)
        self._looked_at: datetime | None = None
        self._looked_for = 0
        self._troubled = True  # alarms of a former life may be open

    def turn(self) -> None:
        """Do what is due; a trouble is an alarm, and is tried again at a next turn.

        Raises:
            django.db.Error: PostgreSQL is lost.
        """
        if self._settings.tete is None:
            return
        now = self._clock.now()
        try:
            self._turn(self._settings.tete, now)
            self._settle(now)
        except VerrouPerdu:
            raise
        except DrimmError as error:
            log.error("tete:tete:stopped", exc_info=error, code=error.code)
            self._tell(error, now)
        except Exception as error:  # whatever it is, the list goes on and a person is told
            if isinstance(error, DatabaseError) and is_lost(error):
                raise
            log.error("tete:tete:surprised", exc_info=error)
            self._tell(TeteSurprise(), now)

    def _tell(self, error: DrimmError, now: datetime) -> None:
        self._troubled = True
        raise_alarm(error, now=now)

    def _settle(self, now: datetime) -> None:
        if self._troubled:
            settle(_SETTLED, now=now)
        self._troubled = False

    def _turn(self, settings: TeteSettings, now: datetime) -> None:
        waiting = queries.en_attente()
        if waiting is not None:
            self._complete(settings, waiting, now)
        if self._must_look(now):
            self._dossier.sweep()
            self._make_if_due(settings, now)
            self._restore()
            self._tell_if_late(now)

    def _must_look(self, now: datetime) -> bool:
        """Files are read at once for a new list, else once a minute; a clock that went back does not stop it."""
        size = queries.taille()
        recent = self._looked_at is not None and timedelta(0) <= now - self._looked_at < _EVERY
        if recent and size == self._looked_for:
            return False
        self._looked_at, self._looked_for = now, size
        return True

    def _make_if_due(self, settings: TeteSettings, now: datetime) -> None:
        crls, keys = copies(self._settings), cles.announced(settings)
        head = compose(self._settings, keys, [copie.nommee for copie in crls], now=now, valid=timedelta(hours=settings.valid_hours))
        made = queries.last()
        last = content(made) if made is not None else None
        if head is None or not rules.must_be_made(head, last, reissue=timedelta(hours=settings.reissue_hours)):
            return
        self._check_alone()
        self._dossier.keep(crls)
        present = present_keys(keys)
        replaces = present.empreinte if present != keys else ""
        tete = actions.make(head, [], replaces=replaces, now=now)
        self._complete(settings, tete, now)

    def _complete(self, settings: TeteSettings, tete: Tete, now: datetime) -> None:
        """Add our own signatures, then publish when readers would accept the head."""
        keys = content(tete).trousseau
        present, payload = present_keys(keys), bytes(tete.charge)
        received = true_signatures(payload, queries.signatures(tete), (present, keys))
        for key in cles.private(settings.signataire, (present, keys)):
            if key.id not in received:
                signature = sign_payload(payload, key)
                actions.cosign(tete, signature, auteur="signataire", now=now)
                received[key.id] = signature
        if not received:
            return
        data = assemble(payload, received.values())
        try:
            verify_tete(data, TetePolicy(present), at=now)
        except TeteRefused:
            return  # signatures are still missing, or it waited too long and is made again
        self._publish(tete, data, now)

    def _publish(self, tete: Tete, data: bytes, now: datetime) -> None:
        self._check_alone()
        actions.publish(tete, data, now=now)
        self._check_alone()
        self._dossier.show(tete, copies(self._settings))
        settle([TeteEnRetard.code], now=now)

    def _restore(self) -> None:
        """Make the public files be the head in force: a kill may have come between the row and the files."""
        current = queries.current()
        if current is not None and not self._dossier.shows(current):
            self._check_alone()
            self._dossier.show(current, copies(self._settings))

    def _tell_if_late(self, now: datetime) -> None:
        current, waiting = queries.current(), queries.en_attente()
        if waiting is None:
            return
        if current is None:
            late = now - waiting.this_update >= rules.FIRST_GRACE
        else:
            late = rules.is_late(current.next_update, current.this_update, now)
        if late:
            raise_alarm(TeteEnRetard(), now=now)

    def _check_alone(self) -> None:
        if not self._alone():
            raise VerrouPerdu
