# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Files that come in by a form and go out by a page, of the portail and of the console."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from espace.acteurs.acteur import Acteur
from espace.acteurs.models import Operateur
from espace.attestation import queries as attestations
from espace.conditions import queries as conditions
from espace.guichet.errors import PieceIntrouvable
from espace.guichet.models import Dossier
from espace.guichet.queries import open_piece


def read_upload(upload: UploadedFile[Any]) -> bytes:
    """Return the bytes of a file that was sent, at most one more than the limit: what is larger is refused by the guichet."""
    return bytes(upload.read(settings.ESPACE.guichet.piece_max_bytes + 1))


def attachment(content: bytes, nom: str, kind: str) -> HttpResponse:
    """Return a file that the browser saves and never shows, whatever it holds."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=nom) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def piece_of(dossier: Dossier, piece_id: uuid.UUID, acteur: Acteur) -> HttpResponse:
    """Return a piece of a dossier.

    Raises:
        Http404: no such piece in this dossier, for this actor.
    """
    try:
        piece, content = open_piece(piece_id, acteur)
    except PieceIntrouvable:
        raise Http404 from None
    if piece.dossier_id != dossier.pk:  # type: ignore[attr-defined]  # column of the key
        raise Http404
    return attachment(content, piece.nom, piece.type)


def preuve_of(operateur: Operateur, piece_id: uuid.UUID) -> HttpResponse:
    """Return a file that proves a condition of this Operateur.

    Raises:
        Http404: no such file of this Operateur, or erased.
    """
    found = conditions.open_piece(operateur, piece_id)
    if found is None:
        raise Http404
    piece, content = found
    return attachment(content, piece.nom, piece.type)


def attestation_of(dossier: Dossier) -> HttpResponse:
    """Return the attestation de délégation of a dossier, sealed.

    Raises:
        Http404: none, or not sealed yet.
    """
    attestation = attestations.of_dossier(dossier)
    pdf = attestations.pdf_of(attestation.numero, attestation.operateur) if attestation is not None else None
    if attestation is None or pdf is None:
        raise Http404
    return attachment(pdf, f"{attestation.numero}.pdf", "application/pdf")
