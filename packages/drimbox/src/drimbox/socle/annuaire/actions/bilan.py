# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How a pull ended, over all its addresses, and the line that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from confiance.errors import DrimmError, TransportError
from confiance.liste_blanche.store import StateUnreadable, from_bytes
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.errors import ListeInaccessible
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, Releve
from drimbox.socle.annuaire.policy import policy
from drimbox.socle.annuaire.queries import kept_crls
from drimbox.socle.annuaire.states import GOOD, ResultatMiroir, ResultatReleve
from drimbox.socle.journal.actions import record


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


@dataclass(frozen=True, slots=True)
class Lecture:
    """What one address gave.

    Attributes:
        result: how good it was.
        error: why it was no use, else None.
        sha256: of the list it gave, when that list is in force.
        domaines: rows of that list.
        tete: why its head was no use, else None.
    """

    result: ResultatMiroir
    error: DrimmError | None = None
    sha256: str = ""
    domaines: int = 0
    tete: DrimmError | None = None


@transaction.atomic
def conclude(lectures: Sequence[Lecture], passage: Passage) -> Bilan:
    """Write how a pull ended: well as soon as one address gave a list that is in force now."""
    good = [lecture for lecture in lectures if lecture.result in GOOD]
    if good:
        new = any(lecture.result is ResultatMiroir.NOUVEAU for lecture in good)
        result = ResultatReleve.NOUVELLE if new else ResultatReleve.INCHANGEE
        return _write(Bilan(result.value, "", "", "", passage.trace, good[-1].sha256, good[-1].domaines), passage.now)
    return _write_refusal(_worst(lectures), passage)


def _worst(lectures: Sequence[Lecture]) -> DrimmError:
    """Return the error worth telling: what an address said, before its silence."""
    told = [lecture.error for lecture in lectures if lecture.error is not None and not isinstance(lecture.error, TransportError)]
    return told[0] if told else ListeInaccessible()


def _write_refusal(error: DrimmError, passage: Passage) -> Bilan:
    result = ResultatReleve.INJOIGNABLE if isinstance(error, TransportError) else ResultatReleve.REFUSEE
    row = ListeEnVigueur.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if row is not None and not _still_verifies(row):
        # the processes that verified a list refused since (a revoked signer) look at it again, and refuse it too
        ListeEnVigueur.objects.filter(pk=ONLY_ROW).update(revision=F("revision") + 1)
    last: dict[str, Any] = Releve.objects.exclude(sha256="").values("sha256", "domaines").first() or {"sha256": "", "domaines": 0}
    record("annuaire:liste:refused", trace=passage.trace, code=error.code, sha256=last["sha256"])
    return _write(
        Bilan(result.value, error.code, error.message, error.remede, passage.trace, last["sha256"], last["domaines"]), passage.now
    )


def _still_verifies(row: ListeEnVigueur) -> bool:
    try:
        from_bytes(bytes(row.state), policy(settings.DRIMBOX.liste_blanche, kept_crls()))
    except StateUnreadable:
        return False
    except DrimmError:
        return True  # anchors that cannot be read today refuse no list
    return True


def _write(bilan: Bilan, now: datetime) -> Bilan:
    Releve.objects.create(at=now, result=bilan.result, code=bilan.code, trace=bilan.trace, sha256=bilan.sha256, domaines=bilan.domaines)
    return bilan
