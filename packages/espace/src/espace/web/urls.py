# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("espace.web.public.urls")),
    path("compte/", include("espace.web.comptes.urls")),
    path("portail/", include("espace.web.portail.urls")),
    path("console/", include("espace.web.console.urls")),
]
handler400 = "espace.web.erreurs.bad_request"
handler403 = "espace.web.erreurs.forbidden"
handler404 = "espace.web.erreurs.not_found"
handler500 = "espace.web.erreurs.server_error"
