# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the processes of the Espace load before they differ: other people's libraries, none of which reads our settings when loaded."""

from __future__ import annotations

LIBRARIES = (
    "cryptography.x509",
    "csp.constants",
    "django.contrib.auth.decorators",
    "django.contrib.auth.hashers",
    "django.contrib.messages.middleware",
    "django.contrib.messages.storage.session",
    "django.contrib.postgres.fields",
    "django.contrib.sessions.middleware",
    "django.contrib.staticfiles.checks",
    "django.contrib.staticfiles.finders",
    "django.contrib.staticfiles.storage",
    "django.core.asgi",
    "django.core.management.base",
    "django.db.backends.postgresql.base",
    "django.db.migrations.operations",
    "django.db.models.sql.compiler",
    "django.forms",
    "django.middleware.csrf",
    "django.middleware.locale",
    "django.template.defaulttags",
    "django.template.loader_tags",
    "django.views.debug",
    "dns.message",
    "dns.query",
    "dns.rdtypes.ANY.CAA",
    "dns.rdtypes.ANY.CNAME",
    "dns.rdtypes.ANY.OPT",
    "dns.rdtypes.ANY.SOA",
    "dns.resolver",
    "dns.update",
    "dns.zone",
    "lxml.etree",
    "stdnum.fr.siret",
    "uvicorn",
    "whitenoise.middleware",
)
