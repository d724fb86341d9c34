# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Drimboxes of an Operateur, all of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from espace.registre.queries import of_operateur
from espace.web.console.requete import page_of, query_without_page
from espace.web.portail.accueil import Installation
from espace.web.portail.requete import membre
from espace.zone.queries import etats


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show one's Drimboxes, fifty at a time."""
    page = page_of(request, of_operateur(membre(request).operateur))
    couples = list(page.object_list)
    published = etats(couples)
    rows = [Installation(couple, published[couple.pk]) for couple in couples]
    return render(request, "portail/installations.html", {"page": page, "installations": rows, "suite": query_without_page(request)})
