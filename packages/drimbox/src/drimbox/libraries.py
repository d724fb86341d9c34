# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the processes of a DRIMbox load before they differ: other people's libraries, none of which reads our settings when loaded.

Two seconds of start-up and the memory of all this are thus paid once, by the supervisor.
"""

from __future__ import annotations

from confiance.exploitation.libraries import DJANGO

LIBRARIES = (
    *DJANGO,
    "aiohttp.web",
    "authlib.oauth2.client",
    "cryptography.hazmat.primitives.ciphers.aead",
    "django.views.generic",
    "dns.asyncresolver",
    "highdicom",
    "hl7",
    "joserfc.jwt",
    "procrastinate.contrib.django",
    "psycopg.types.json",
    "pydicom",
    "pynetdicom",
)
