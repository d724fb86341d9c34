# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the whole world may read: the list, what it is, and whether the Espace is well. Nothing of a Client."""

from __future__ import annotations

from datetime import datetime

from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from espace.liste_blanche import queries
from espace.web.public.fichiers import FRESH
from espace.web.public.sante import state


@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """Show what the Espace is and which list is in force."""
    return render(request, "public/accueil.html", {"liste": queries.current()})


@require_safe
def espace(request: HttpRequest) -> HttpResponse:
    """Say what the Espace de Confiance is, to who never heard of it."""
    return render(request, "public/espace.html")


def _etag(_request: HttpRequest) -> str | None:
    liste = queries.current()
    return f'"{liste.sha256}"' if liste else None


def _last_modified(_request: HttpRequest) -> datetime | None:
    liste = queries.current()
    return liste.publiee_le if liste else None


@require_safe
@condition(etag_func=_etag, last_modified_func=_last_modified)
def liste_blanche(_request: HttpRequest) -> HttpResponse:
    """Give the list in force. Its ETag is its SHA-256, strong: the same bytes for everyone."""
    liste = queries.current()
    content = queries.content(liste.sha256) if liste else None
    if liste is None or content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/xml")
    response["Cache-Control"] = FRESH
    response["ETag"] = f'"{liste.sha256}"'
    return response


@require_safe
def sante(_request: HttpRequest) -> JsonResponse:
    """Tell a machine whether the Espace is well; 503 when it is not."""
    try:
        waiting, liste = queries.oldest_waiting(), queries.current()
    except DatabaseError:
        answer = state(base=False, liste=None, waiting_since=None, now=timezone.now())
    else:
        answer = state(base=True, liste=liste, waiting_since=waiting.demandee_le if waiting else None, now=timezone.now())
    response = JsonResponse(answer, status=200 if answer["etat"] == "ok" else 503)
    response["Cache-Control"] = "no-store"
    return response
