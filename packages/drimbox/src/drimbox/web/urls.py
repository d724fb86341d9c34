# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the pages listener (vi names)."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from drimbox.web.api_ris import liens_ris
from drimbox.web.sante import sante

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="console:tableau_de_bord"), name="accueil"),
    path("sante", sante, name="sante"),
    path("api/ris/liens", liens_ris, name="api_liens_ris"),
    path("console/", include("drimbox.web.console.urls")),
    path("", include("drimbox.web.conso.urls")),
]

handler400 = "drimbox.web.erreurs.bad_request"
handler403 = "drimbox.web.erreurs.forbidden"
handler404 = "drimbox.web.erreurs.not_found"
handler500 = "drimbox.web.erreurs.server_error"
