# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The console's page of the images door: what was sent, to whom, and why a peer was refused, by the number it quotes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from drimbox.source.admission.errors import refusals
from drimbox.source.partage import queries
from drimbox.web.console.libelles import explain


@require_safe
def images(request: HttpRequest) -> HttpResponse:
    """Show the last transfers and refusals, or those of one trace or of one code, each with what to do."""
    trace, code = request.GET.get("trace", "").strip().lower()[:32], request.GET.get("code", "")[:80]
    known = {refus.code: refus for refus in refusals()}
    rows = queries.latest(code=code if code in known else "", trace=trace)
    values = {
        "lignes": [{"ligne": row, "explication": explain(row.code or ""), "refus": known.get(row.code or "")} for row in rows],
        "trace": trace,
        "code": code,
        "codes": sorted(known.values(), key=lambda refus: (refus.status, refus.code)),
    }
    return render(request, "console/images.html", values)
