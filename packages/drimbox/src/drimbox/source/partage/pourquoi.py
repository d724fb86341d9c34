# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""« Pourquoi ? »: a refused peer's operator reads, under the number it was told, which check stopped it and what to do.

Only the DN that made the request reads its line. The page holds codes, sentences of ours and times; nothing of a patient was ever written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from html import escape

from django.utils.translation import gettext as _

from drimbox.source.admission.errors import Refus, TraceInconnue, refusals
from drimbox.source.partage.paths import BASE
from drimbox.source.partage.queries import BEGUN, CUT, SEARCHED, SENT, Trace

PREFIX = BASE + "/pourquoi/"
_TRACE = re.compile(r"[0-9a-f]{32}")
_CSS = "body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}dt{font-weight:bold}dd{margin:0 0 .8rem}"
HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def address(db: str, trace: str) -> str:
    """Return the address of the page of one request, on our public name."""
    return f"https://{db}{PREFIX}{trace}"


def read_trace(path: str) -> str:
    """Return the trace number that a path asks for.

    Raises:
        TraceInconnue: it is not one.
    """
    trace = path.removeprefix(PREFIX)
    if not _TRACE.fullmatch(trace):
        raise TraceInconnue
    return trace


def page(trace: str, lines: Sequence[Trace]) -> bytes:
    """Return the HTML page of one request."""
    title = escape(_title(lines))
    body = "".join(_entry(name, value) for line in lines for name, value in _told(line))
    return _html(title, f"<p>{escape(_('Numéro de trace'))} : <code>{trace}</code></p><dl>{body}</dl>")


def refusal(refus: Refus, trace: str) -> bytes:
    """Return the HTML page that says, to who asked for such a page, why there is none."""
    told = ((_("Code"), refus.code), (_("Motif"), refus.message), (_("Que faire"), refus.remede), (_("Numéro de trace"), trace))
    return _html(escape(refus.title), "<dl>" + "".join(_entry(name, value) for name, value in told) + "</dl>")


def document(trace: str, lines: Sequence[Trace]) -> bytes:
    """Return the same as JSON, for programs."""
    rows = [dict(_told(line)) for line in lines]
    return json.dumps({"trace": trace, "lignes": rows}, ensure_ascii=False).encode()


def _html(title: str, body: str) -> bytes:
    head = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title}</title><style>{_CSS}</style>'
    return f"{head}<h1>{title}</h1>{body}</html>".encode()


def _title(lines: Sequence[Trace]) -> str:
    events = {line.event for line in lines}
    if CUT in events:
        return _("Pourquoi ce transfert a été interrompu")
    return _("Pourquoi cette demande a été refusée") if events - {BEGUN, SENT, SEARCHED} else _("Ce que cette demande a reçu")


def _result(line: Trace) -> str:
    if line.event == SEARCHED:
        return _("Recherche servie")
    if line.event == BEGUN:
        return _("Envoi commencé")
    return _("Images envoyées") if line.event == SENT else str(line.status or _("Transfert interrompu"))


def _told(line: Trace) -> list[tuple[str, str]]:
    refus = _by_code().get(line.code)
    found = [
        (_("Date"), line.at.isoformat(timespec="seconds")),
        (_("Demande"), f"{line.method} {line.path_template}".strip()),
        (_("Résultat"), _result(line)),
        (_("Code"), line.code),
    ]
    if refus is not None:
        found += [(_("Motif"), refus.message), (_("Que faire"), refus.remede), (_("Règle"), refus.clause)]
    if line.instances is not None:
        found.append((_("Instances envoyées"), str(line.instances)))
    return [(name, value) for name, value in found if value]


def _entry(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"


@cache
def _by_code() -> dict[str, type[Refus]]:
    return {refus.code: refus for refus in refusals()}
