# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the processes of a DRIMbox load before they differ: other people's libraries, none of which reads our settings when loaded.

Two seconds of start-up and the memory of all this are thus paid once, by the supervisor.
"""

from __future__ import annotations

LIBRARIES = (
    "aiohttp.web",
    "authlib.oauth2.client",
    "cryptography.hazmat.primitives.ciphers.aead",
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
    "django.views.generic",
    "dns.asyncresolver",
    "highdicom",
    "hl7",
    "joserfc.jwt",
    "lxml.etree",
    "procrastinate.contrib.django",
    "psycopg.types.json",
    "pydicom",
    "pynetdicom",
    "uvicorn",
    "whitenoise.middleware",
)
