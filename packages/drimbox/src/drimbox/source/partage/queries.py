# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the images door reads of its own journal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from drimbox.socle.journal.models import Ligne

BEGUN = "partage:transfert:begun"
REFUSED = "admission:demande:refused"
CUT = "partage:transfert:cut"
SENT = "partage:transfert:sent"
SEARCHED = "partage:recherche:answered"
EVENTS = (REFUSED, CUT, SENT, SEARCHED)


@dataclass(frozen=True, slots=True)
class Trace:
    """What the journal keeps of one request, for the peer that made it: nothing of a patient, nothing of the inside.

    Attributes:
        at: when.
        event: refused, cut, sent or searched; begun as long as nothing says how it ended.
        code: of the refusal; empty when all was sent.
        status: HTTP status told, or None.
        method: of the request.
        path_template: path without its identifiers.
        instances: objects sent before the end.
    """

    at: datetime
    event: str
    code: str
    status: int | None
    method: str
    path_template: str
    instances: int | None


def of_peer(trace: str, peer: DistinguishedName) -> list[Trace]:
    """Return the lines of one request, if this peer made it, however its name was spelt then; nothing otherwise."""
    rows = Ligne.objects.filter(trace=trace, event__in=(BEGUN, *EVENTS)).order_by("id")[:10]
    mine = [row for row in rows if _is_of(row, peer)]
    return [_trace(row) for row in mine if row.event != BEGUN or len(mine) == 1]


def lectures_of(prints: Collection[str], count: int = 500) -> list[Ligne]:
    """Return the last lines about what one professional asked and read, newest first.

    Args:
        prints: of that professional, from :mod:`drimbox.socle.journal.lecteurs`.
        count: at most so many lines.
    """
    return list(Ligne.objects.filter(event__in=(BEGUN, *EVENTS), fields__reader__in=list(prints)).order_by("-id")[:count])


def latest(count: int = 100, *, code: str = "", trace: str = "") -> list[Ligne]:
    """Return the last lines of the door, newest first; of one code or of one trace when given, then with its beginning."""
    rows = Ligne.objects.filter(event__in=(BEGUN, *EVENTS) if trace else EVENTS).order_by("-id")
    rows = rows.filter(code=code) if code else rows
    return list((rows.filter(trace=trace) if trace else rows)[: min(count, 500)])


def _is_of(row: Ligne, peer: DistinguishedName) -> bool:
    try:
        return DistinguishedName.parse(str(row.fields.get("peer_dn") or "")) == peer
    except DistinguishedNameError:
        return False


def _trace(row: Ligne) -> Trace:
    known = row.fields.get
    method, path = str(known("method") or ""), str(known("path_template") or "")
    return Trace(row.at, row.event, row.code or "", known("http_status"), method, path, known("instances"))
