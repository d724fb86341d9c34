# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Puts a list in force, or refuses it: the only code that writes the list that this DRIMbox believes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction

from confiance.liste_blanche import Outcome, TrustedListeBlanche, verify
from confiance.liste_blanche.store import StateUnreadable, from_bytes, to_bytes
from confiance.refusals import RetourArriere, RetraitMassif
from confiance.transparence.liste_et_tete import Lecteur
from drimbox.socle.annuaire import tetes
from drimbox.socle.annuaire.actions.bilan import Lecture
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.actions.tete import restore
from drimbox.socle.annuaire.errors import MiroirEnRetard, RetraitAConfirmer
from drimbox.socle.annuaire.fetch import Reponse
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, TeteEnVigueur
from drimbox.socle.annuaire.policy import policy
from drimbox.socle.annuaire.queries import kept_crls
from drimbox.socle.annuaire.states import ResultatMiroir
from drimbox.socle.journal.actions import new_trace, record


def apply_list(answer: Reponse, given_before: str, passage: Passage) -> Lecture | None:
    """Verify what an address gave and put it in force if it may be.

    Args:
        answer: what it gave; without bytes when it says that nothing changed since ``given_before``.
        given_before: hex SHA-256 of what this very address gave last.
        passage: the pull.

    Returns:
        What came of it; None when the address must be asked again without tag, for nothing is held that "unchanged" could mean.

    Raises:
        DrimmError: the list is refused; the one in force is kept.
    """
    ListeEnVigueur.objects.get_or_create(pk=ONLY_ROW)
    with transaction.atomic():
        row = ListeEnVigueur.objects.select_for_update().get(pk=ONLY_ROW)
        trusted = _restore(row)
        data = answer.data
        if data is None:
            if trusted.memory is None:
                return None
            if trusted.memory.liste.sha256 != given_before:
                return Lecture(ResultatMiroir.ANCIEN, MiroirEnRetard())
            data = trusted.memory.data  # a 304 is verified like a download: today's CRLs may refuse the signer of the list held
        if _confirmed_in_this_pull(trusted, data, passage.now):
            return _lecture(trusted, ResultatMiroir.INCHANGE)
        outcome = _update(trusted, data, passage)
        _check_floor(row, trusted)
        _write(row, trusted, outcome, answer.url, passage)
        return _lecture(trusted, ResultatMiroir.NOUVEAU if outcome is Outcome.NEW else ResultatMiroir.INCHANGE)


def _restore(row: ListeEnVigueur) -> TrustedListeBlanche:
    """Return the reader with its memory; a memory that no longer verifies (other anchors, other signer) is begun again."""
    rules = policy(settings.DRIMBOX.liste_blanche, kept_crls())
    try:
        return from_bytes(bytes(row.state), rules)
    except StateUnreadable as error:
        record("annuaire:liste:forgotten", code=error.code, trace=new_trace(), sha256=row.sha256)
        return TrustedListeBlanche(rules)


def _confirmed_in_this_pull(trusted: TrustedListeBlanche, data: bytes, now: datetime) -> bool:
    """Whether another address gave this very list a moment ago."""
    memory = trusted.memory
    return memory is not None and memory.confirmed_at == now and memory.liste.sha256 == hashlib.sha256(data).hexdigest()


def _update(trusted: TrustedListeBlanche, data: bytes, passage: Passage) -> Outcome:
    """Let the reader judge; the head that is trusted may contradict the list, or confirm a mass removal."""
    rules = tetes.followed(settings.DRIMBOX.liste_blanche)
    head = None if rules is None else restore(TeteEnVigueur.objects.filter(pk=ONLY_ROW).first(), rules)
    try:
        return Lecteur(trusted, head).update_liste(data, at=passage.now, confirm_removal=passage.confirm_removal)
    except RetraitMassif:
        raise _told(data, trusted, passage.now) from None


def _told(data: bytes, trusted: TrustedListeBlanche, now: datetime) -> RetraitAConfirmer:
    """Say which names would go: a person must be able to judge."""
    new = verify(data, trusted.policy, at=now)
    gone = () if trusted.current is None else tuple(sorted(trusted.current.names - new.names))
    return RetraitAConfirmer(new.sha256, gone)


def _check_floor(row: ListeEnVigueur, trusted: TrustedListeBlanche) -> None:
    """Refuse a list older than any put in force here, even when the memory of the reader was begun again."""
    liste = trusted.require()
    for given, floor in ((liste.date_generation, row.date_generation), (liste.signing_time, row.signing_time)):
        if floor is not None and given < floor:
            raise RetourArriere


def _write(row: ListeEnVigueur, trusted: TrustedListeBlanche, outcome: Outcome, url: str, passage: Passage) -> None:
    liste, new = trusted.require(), outcome is Outcome.NEW
    row.state, row.sha256, row.url, row.etag = to_bytes(trusted), liste.sha256, url, ""  # each address keeps its own tag
    row.date_generation, row.signing_time = liste.date_generation, liste.signing_time
    row.revision += 1
    row.changed_at = passage.now if new else row.changed_at
    row.save()
    record(
        f"annuaire:liste:{'applied' if new else 'confirmed'}", trace=passage.trace, sha256=liste.sha256, domaines=len(liste.domaines),
        date_generation=liste.date_generation, signing_time=liste.signing_time,
    )  # fmt: skip


def _lecture(trusted: TrustedListeBlanche, result: ResultatMiroir) -> Lecture:
    liste = trusted.require()
    return Lecture(result, None, liste.sha256, len(liste.domaines))
