# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pulling the list: the only writer of the list in force. A bad download never replaces a good list."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from confiance.errors import DrimmError, TransportError
from confiance.liste_blanche import Outcome, TrustedListeBlanche
from confiance.liste_blanche.store import StateUnreadable, from_bytes, to_bytes
from confiance.refusals import RetourArriere
from drimbox.socle.annuaire.fetch import Reponse, fetch
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, Releve
from drimbox.socle.annuaire.policy import policy
from drimbox.socle.annuaire.states import ResultatReleve
from drimbox.socle.jobs.actions import QUEUE_SOCLE, defer
from drimbox.socle.journal.actions import new_trace, record

PULL_NOW = "drimbox.socle.annuaire.jobs.pull_now"
LOCK = "annuaire"


@dataclass(frozen=True, slots=True)
class Bilan:
    """How a pull ended.

    Attributes:
        result: value of :class:`~drimbox.socle.annuaire.states.ResultatReleve`.
        code: code of the refusal, empty when there is none.
        message: French sentence of the refusal, empty when there is none.
        remede: what to do about it.
        trace: number under which the journal keeps it.
        sha256: of the list in force after the pull, empty when there is none.
        domaines: rows of that list.
    """

    result: str
    code: str
    message: str
    remede: str
    trace: str
    sha256: str
    domaines: int

    @property
    def ok(self) -> bool:
        """Whether a valid list was seen."""
        return not self.code


def refresh(now: datetime, *, confirm_removal: str | None = None) -> Bilan:
    """Pull the list now, verify it, put it in force if it may be, and write down how it ended.

    Args:
        now: aware time of the pull.
        confirm_removal: hex SHA-256 of a list whose mass removal a person confirmed.
    """
    known = ListeEnVigueur.objects.filter(pk=ONLY_ROW).values("url", "etag").first() or {"url": "", "etag": ""}
    try:
        answer = asyncio.run(fetch(settings.DRIMBOX.liste_blanche, known=Reponse(known["url"], None, known["etag"])))
    except DrimmError as error:
        return _write_refusal(error, now)
    return _apply(answer, now, confirm_removal)


@transaction.atomic
def ask_pull() -> None:
    """Have the process ``ouvrier``, the only one that writes the list in force, pull it as soon as it can."""
    record("annuaire:releve:asked")
    defer(PULL_NOW, queue=QUEUE_SOCLE, lock=LOCK)


def _apply(answer: Reponse, now: datetime, confirm_removal: str | None) -> Bilan:
    ListeEnVigueur.objects.get_or_create(pk=ONLY_ROW)
    with transaction.atomic():
        row = ListeEnVigueur.objects.select_for_update().get(pk=ONLY_ROW)
        try:
            trusted = _restore(row)
            data = answer.data if answer.data is not None else _held(trusted)
            # a 304 is verified like a download: today's CRLs may refuse the signer of the list held
            outcome = trusted.update(data, at=now, confirm_removal=confirm_removal)
            _check_floor(row, trusted)
        except DrimmError as error:
            refusal = error
        else:
            return _write_success(row, trusted, outcome, answer, now)
    return _write_refusal(refusal, now)


def _restore(row: ListeEnVigueur) -> TrustedListeBlanche:
    """Return the reader with its memory; a memory that no longer verifies (other anchors, other signer) is begun again."""
    rules = policy(settings.DRIMBOX.liste_blanche)
    try:
        return from_bytes(bytes(row.state), rules)
    except StateUnreadable as error:
        record("annuaire:liste:forgotten", code=error.code, trace=new_trace(), sha256=row.sha256)
        return TrustedListeBlanche(rules)


def _check_floor(row: ListeEnVigueur, trusted: TrustedListeBlanche) -> None:
    """Refuse a list older than any put in force here, even when the memory of the reader was begun again."""
    liste = trusted.require()
    for given, floor in ((liste.date_generation, row.date_generation), (liste.signing_time, row.signing_time)):
        if floor is not None and given < floor:
            raise RetourArriere


def _held(trusted: TrustedListeBlanche) -> bytes:
    return trusted.memory.data if trusted.memory is not None else b""


def _write_success(row: ListeEnVigueur, trusted: TrustedListeBlanche, outcome: Outcome, answer: Reponse, now: datetime) -> Bilan:
    liste, trace = trusted.require(), new_trace()
    new = outcome is Outcome.NEW
    row.state, row.sha256, row.url, row.etag = to_bytes(trusted), liste.sha256, answer.url, answer.etag
    row.date_generation, row.signing_time = liste.date_generation, liste.signing_time
    row.revision += 1
    row.changed_at = now if new else row.changed_at
    row.save()
    result = ResultatReleve.NOUVELLE if new else ResultatReleve.INCHANGEE
    record(
        f"annuaire:liste:{'applied' if new else 'confirmed'}", trace=trace, sha256=liste.sha256, domaines=len(liste.domaines),
        date_generation=liste.date_generation, signing_time=liste.signing_time,
    )  # fmt: skip
    return _write(Bilan(result.value, "", "", "", trace, liste.sha256, len(liste.domaines)), now)


@transaction.atomic
def _write_refusal(error: DrimmError, now: datetime) -> Bilan:
    result = ResultatReleve.INJOIGNABLE if isinstance(error, TransportError) else ResultatReleve.REFUSEE
    trace = new_trace()
    row = ListeEnVigueur.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if row is not None:
        # the tag of a refused list is forgotten, or the server would say for ever that nothing changed;
        # the processes that verified a list refused since (a revoked signer) look at it again, and refuse it too
        ListeEnVigueur.objects.filter(pk=ONLY_ROW).update(etag="", revision=F("revision") + int(not _still_verifies(row)))
    last: dict[str, Any] = Releve.objects.exclude(sha256="").values("sha256", "domaines").first() or {"sha256": "", "domaines": 0}
    record("annuaire:liste:refused", trace=trace, code=error.code, sha256=last["sha256"])
    return _write(Bilan(result.value, error.code, error.message, error.remede, trace, last["sha256"], last["domaines"]), now)


def _still_verifies(row: ListeEnVigueur) -> bool:
    try:
        from_bytes(bytes(row.state), policy(settings.DRIMBOX.liste_blanche))
    except StateUnreadable:
        return False
    except DrimmError:
        return True  # anchors that cannot be read today refuse no list
    return True


def _write(bilan: Bilan, now: datetime) -> Bilan:
    Releve.objects.create(at=now, result=bilan.result, code=bilan.code, trace=bilan.trace, sha256=bilan.sha256, domaines=bilan.domaines)
    return bilan
