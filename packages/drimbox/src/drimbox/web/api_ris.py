# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The door of the RIS: which link to print in a report, per PACS. Public names only; open to the networks of the RIS."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from drimbox.source.reception.liens_ris import CHAMPS, liens

VERSION = 1


@require_safe
def liens_ris(request: HttpRequest) -> JsonResponse:
    """Answer the links of every RIS, or of the one that ``ris`` names."""
    found = liens(settings.DRIMBOX, request.GET.get("ris", ""))
    return JsonResponse(
        {"version": VERSION, "champs": CHAMPS, "liens": [asdict(lien) for lien in found]}, json_dumps_params={"ensure_ascii": False}
    )
