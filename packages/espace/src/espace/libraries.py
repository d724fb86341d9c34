# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the processes of the Espace load before they differ: other people's libraries, none of which reads our settings when loaded."""

from __future__ import annotations

from confiance.exploitation.libraries import DJANGO

LIBRARIES = (
    *DJANGO,
    "cryptography.x509",
    "dns.asyncresolver",
    "dns.message",
    "dns.query",
    "dns.rdtypes.ANY.CAA",
    "dns.rdtypes.ANY.CNAME",
    "dns.rdtypes.ANY.OPT",
    "dns.rdtypes.ANY.SOA",
    "dns.resolver",
    "dns.update",
    "dns.zone",
    "fido2.server",
    "qrcode.image.svg",
    "requests",
    "stdnum.fr.siret",
)
