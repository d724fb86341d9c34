# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers that programs read: files with their ETag, and refusals in JSON."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response

from confiance.errors import DrimmError

FRESH = "public, max-age=60, must-revalidate"
"""What changes: an exclusion must reach every reader within a minute of its publication, so no cache keeps it longer without asking."""
FOR_EVER = "public, max-age=31536000, immutable"
"""What never changes under its name: the log only grows."""
JSON = "application/json"


def file_answer(request: HttpRequest, data: bytes, content_type: str, *, cache: str) -> HttpResponseBase:
    """Give a file, or 304 to who has it already. Its ETag is its SHA-256, strong: the same bytes for everyone."""
    etag = f'"{hashlib.sha256(data).hexdigest()}"'
    response = HttpResponse(data, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = cache
    return get_conditional_response(request, etag=etag, response=response) or response


def refusal(error: DrimmError, status: int) -> JsonResponse:
    """Tell a program, and the person behind it, why there is no answer."""
    response = JsonResponse(
        {"code": error.code, "message": error.message, "remede": error.remede}, status=status, json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "no-store"
    return response
