# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The door of the RIS: the contextual call."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from drimbox.conso.appel import actions
from drimbox.conso.appel.errors import AppelantInconnu
from drimbox.socle.reseaux import is_inside
from drimbox.web.conso.pages import page


class SeeOther(HttpResponseRedirect):
    """303: what comes next is read with GET."""

    status_code = 303


# A RIS posts this form from another origin and holds no cookie of ours: its address is what authenticates it.
@csrf_exempt
@require_POST
@page
def appel(request: HttpRequest) -> HttpResponse:
    """Keep a contextual call and send the browser to its page."""
    address = request.META.get("REMOTE_ADDR", "")
    if not is_inside(address, settings.DRIMBOX.conso.sources):
        raise AppelantInconnu
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    appel_id, secret = actions.receive(pairs, timezone.now(), peer_ip=address)
    location = reverse("conso:dossier", args=[appel_id])
    return SeeOther(f"{settings.DRIMBOX.pages.public_url}{location}?cle={secret}")
