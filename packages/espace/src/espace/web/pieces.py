# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Files that come in by a form and go out by a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header


def read_upload(upload: UploadedFile[Any]) -> bytes:
    """Return the bytes of a file that was sent, at most one more than the limit: what is larger is refused by the guichet."""
    return bytes(upload.read(settings.ESPACE.guichet.piece_max_bytes + 1))


def attachment(content: bytes, nom: str, kind: str) -> HttpResponse:
    """Return a file that the browser saves and never shows, whatever it holds."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=nom) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
