# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One publication, from the demande to the public list: compile, check, sign, re-read, compare, publish.

The order is the argument: the file is on the disk before the row is committed, the row is committed before the file takes its place.
A kill at any instant leaves the old list or the new one, whole; what was left half-way is begun again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import Error as DatabaseError
from django.utils import timezone

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import Brouillon, Diff, Domaine, RemovalGuard, sign, verify
from espace.alarmes.actions import raise_alarm, settle
from espace.config import ListeBlanche
from espace.database import explain, is_lost
from espace.liste_blanche import actions, calendrier, fichier, historique, public, queries, rules, signature
from espace.liste_blanche.changement import (
    Accord,
    Decision,
    Regle,
    check_removal,
    compare,
    decide,
    lignes_sha256,
    without,
    without_other_rows,
)
from espace.liste_blanche.errors import (
    ChangementsEnAttente,
    EcritureImpossible,
    HorlogeEnAvance,
    LigneDuFutur,
    LintRefuse,
    PublicationRefusee,
    RegistreInstable,
    VerrouPerdu,
)
from espace.liste_blanche.models import Demande, Publication
from espace.liste_blanche.signature import Signature
from espace.liste_blanche.states import DeuxPersonnes, Etat, Origine
from espace.registre.queries import excluded_names

log = get_logger("liste_blanche")
_REGISTRE = "registre"
"""What the alarm of rows that cannot be published is about: the list goes on without their changes."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and the way to wait for it."""

    now: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep
    reference: Callable[[], datetime] = queries.clock_of_base
    """The other clock that the first is compared with."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one publication."""

    attempts: int = 5  # times the list is compiled again when the Registre moves meanwhile
    clock_ahead: timedelta = timedelta(minutes=5)  # of the reference: what readers forgive a list of the future


@dataclass(frozen=True, slots=True)
class Plan:
    """One list on its way.

    Attributes:
        draft: what is signed.
        registre: rows that the Registre gave when it was compiled.
        marque: of the Registre then; it may not change before the end.
        decision: whose rows the draft holds.
        change: what the draft changes of the list in force.
        fault: why the draft does not hold what the Registre says; None when it does, or when it waits for a person.
    """

    draft: Brouillon
    registre: tuple[Domaine, ...]
    marque: str
    decision: Decision
    change: Diff
    fault: PublicationRefusee | None = None


class Publisher:
    """Publishes lists, one at a time.

    Args:
        settings: the table ``[liste_blanche]``.
        zone: DNS zone of every name.
        clock: the time.
        limits: bounds.
        alone: tells whether we are still the only one who publishes; asked before each thing that readers would see.
    """

    def __init__(
        self,
        settings: ListeBlanche,
        *,
        zone: str,
        clock: Clock | None = None,
        limits: Limits | None = None,
        alone: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings = settings
        self._zone = zone
        self._alone = alone
        self._clock = clock or Clock()
        self._limits = limits or Limits()
        self._regle = regle_of(settings)
        self._file_troubled = True  # alarms of a former life may be open
        self._passed: frozenset[Domaine] = frozenset()  # rows that lint let through: the next list holds nearly all of them

    def ask_daily(self) -> None:
        """Ask for the signature of the day when its time has come: DateDeGeneration moves even when nothing changed."""
        now, current = self._clock.now(), queries.current()
        retry = timedelta(minutes=self._settings.resign_retry_minutes)
        published = current.publiee_le if current else None
        if calendrier.daily_is_due(now, self._settings.resign_at, published=published, asked=queries.last_daily(), retry=retry):
            actions.demander_publication(auteur="signataire", now=now, origine=Origine.QUOTIDIENNE)

    def publish_waiting(self) -> int:
        """Publish, or refuse, every demande that waits, oldest first; return how many."""
        count = 0
        while (demande := queries.oldest_waiting()) is not None:
            self.publish(demande)
            count += 1
        actions.enter_log(now=self._clock.now())  # of a list that was published without it
        return count

    def publish(self, demande: Demande) -> Publication:
        """Bring one demande to its end: published, or refused with a code.

        Raises:
            django.db.Error: PostgreSQL is lost; the demande still waits.
            VerrouPerdu: another one may publish by now; the demande still waits, or the row is in force and the file is left to them.
        """
        publication = actions.take(demande, now=self._clock.now())
        try:
            self._publish(publication)
        except VerrouPerdu:
            raise
        except DatabaseError as error:
            if is_lost(error):
                raise
            self._refuse(publication, explain(error).with_traceback(error.__traceback__))
        except DrimmError as error:
            self._refuse(publication, error)
        except Exception as error:  # any surprise must stop the publication and be told (architecture §5, 5)
            log.error("liste_blanche:publication:surprised", exc_info=error, publication_id=demande.pk)
            self._refuse(publication, PublicationRefusee())
        return publication

    def restore_file(self) -> None:
        """Make the public file be the list in force: a kill may have come between the row and the rename.

        Raises:
            EcritureImpossible: the folder refuses; an alarm says it until a next turn succeeds.
            BaseAnterieure: the file is a newer list of ours than the database knows; likewise.
        """
        now = self._clock.now()
        try:
            self._restore_file(now)
        except PublicationRefusee as error:
            self._tell_file(error, now)
            raise
        if self._file_troubled:
            settle(None, objet=fichier.NAME, now=now)
            self._file_troubled = False

    def _restore_file(self, now: datetime) -> None:
        public.check_not_newer(self._settings, queries.current(), now=now)
        fichier.sweep(self._settings.publication)
        content = queries.current_content()
        if content is not None and fichier.ensure(self._settings.publication, content):
            log.warning("liste_blanche:fichier:restored", bytes=len(content))

    def _check_clock(self) -> None:
        """Readers refuse a list of the future, and the next ones would have to come after it: better none."""
        if self._clock.now() - self._clock.reference() > self._limits.clock_ahead:
            raise HorlogeEnAvance

    def _publish(self, publication: Publication) -> None:
        self._check_clock()
        public.check_not_newer(self._settings, queries.current(), now=self._clock.now())
        with signature.in_service(self._settings, self._clock.now()) as signer:
            for _ in range(self._limits.attempts):
                plan = self._compile(publication.demande)
                actions.step(publication, "compile")
                if plan.decision is Decision.ATTENDRE:
                    actions.wait(publication, lignes_sha256(plan.registre), plan.change)
                    return
                if self._sign_and_publish(publication, plan, signer):
                    return
                actions.step(publication, "restart")
        raise RegistreInstable

    def _sign_and_publish(self, publication: Publication, plan: Plan, signer: Signature) -> bool:
        """Bring a compiled list to readers; tell whether the Registre left it the time."""
        content = sign(plan.draft, signer.key, signing_time=plan.draft.date_generation)
        actions.step(publication, "sign")
        relue = verify(content, signer.policy, at=self._clock.now())
        rules.check_reread(plan.draft, relue)
        actions.step(publication, "reread")
        with fichier.prepare(self._settings.publication, content) as prepared:
            if queries.marque() != plan.marque:
                return False
            self._check_alone()
            actions.publish(publication, relue, content, plan.change, now=self._clock.now())
            historique.remember(relue)
            self._install(prepared)
        self._tell_what_waits(plan)
        return True

    def _compile(self, demande: Demande) -> Plan:
        marque = queries.marque()  # before the rows: what changes after it, even while they are read, is seen at the end
        wanted = queries.wanted_rows()  # read before the date is chosen: no row can be newer than the list
        held = historique.rows_in_force()
        before = held.domaines if held else ()
        change, accord = compare(before, wanted), queries.accord(demande)
        decision = decide(before, wanted, self._regle, accord, change)
        fault: PublicationRefusee | None = None
        try:
            draft = self._draft(self._rows(decision, before, wanted, accord))
        except (LintRefuse, LigneDuFutur) as error:
            instead = without_other_rows(accord, self._regle) if decision is Decision.PUBLIER else None
            if instead is None or not before:  # before the first list there is nothing to go on with
                raise
            decision, fault = instead, error
            draft = self._draft(self._rows(decision, before, wanted, accord))
        return Plan(draft, wanted, marque, decision, change if draft.domaines is wanted else compare(before, draft.domaines), fault)

    def _rows(self, decision: Decision, before: tuple[Domaine, ...], wanted: tuple[Domaine, ...], accord: Accord) -> tuple[Domaine, ...]:
        if decision is Decision.REPRENDRE:
            return before
        if decision is not Decision.RETIRER:
            return wanted
        rows = without(before, excluded_names())
        check_removal(before, rows, self._regle, accord)
        return rows

    def _draft(self, rows: tuple[Domaine, ...]) -> Brouillon:
        previous = queries.current()
        tolerance = timedelta(seconds=self._settings.clock_tolerance_seconds)
        date = rules.next_date_generation(self._clock.now(), previous.date_generation if previous else None, tolerance=tolerance)
        self._wait_until(date)
        rules.check_dates(rows, date)
        draft = Brouillon(rows, date, namespace=self._settings.namespace)
        rules.check_lint(draft, zone=self._zone, known=self._passed)
        self._passed = frozenset(rows)
        return draft

    def _tell_what_waits(self, plan: Plan) -> None:
        now = self._clock.now()
        if plan.decision is Decision.PUBLIER:
            settle([ChangementsEnAttente.code], now=now)
            settle([LintRefuse.code, LigneDuFutur.code], objet=_REGISTRE, now=now)
        elif compare(plan.draft.domaines, plan.registre):
            raise_alarm(ChangementsEnAttente(), now=now)
        if plan.fault is not None:
            raise_alarm(plan.fault, objet=_REGISTRE, now=now)

    def _wait_until(self, date: datetime) -> None:
        while (left := (date - self._clock.now()).total_seconds()) > 0:
            self._clock.sleep(left)

    def _check_alone(self) -> None:
        if not self._alone():
            raise VerrouPerdu

    def _install(self, prepared: Path) -> None:
        """The list is in force by its row; a file that cannot take its place is an alarm, and is tried again at the next turn."""
        self._check_alone()  # whoever replaces us makes the file from the row, and may already have a newer one
        try:
            fichier.install(prepared)
        except EcritureImpossible as error:
            log.error("liste_blanche:fichier:late", code=error.code)
            self._tell_file(error, self._clock.now())

    def _tell_file(self, error: PublicationRefusee, now: datetime) -> None:
        self._file_troubled = True
        raise_alarm(error, objet=fichier.NAME, now=now)

    def _refuse(self, publication: Publication, error: DrimmError) -> None:
        log.error("liste_blanche:publication:stopped", exc_info=error, code=error.code, publication_id=publication.demande.pk)
        publication.refresh_from_db(fields=["etat"])  # the step in memory may be one that was never written
        if publication.etat == Etat.PUBLIEE:  # readers have the list; it is what follows that failed
            raise_alarm(error, objet=actions.OBJET, now=self._clock.now())
            return
        actions.refuse(publication, error, now=self._clock.now())


def regle_of(settings: ListeBlanche) -> Regle:
    """Return who must agree to what, from the settings."""
    guard = RemovalGuard(settings.removal_fraction, settings.removal_floor)
    return Regle(DeuxPersonnes(settings.deux_personnes), settings.urgence_seule, guard)
