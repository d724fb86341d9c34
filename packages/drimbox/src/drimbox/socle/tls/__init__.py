# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""TLS of the DRIMbox: one context per side, the peer's certificate, and revocation checked outside OpenSSL."""

from drimbox.socle.tls.client import client_context, client_context_dmp, client_context_drimbox
from drimbox.socle.tls.connection import alerts_through
from drimbox.socle.tls.errors import (
    AncresIllisibles,
    CertificatAbsent,
    CertificatEtranger,
    CertificatExpire,
    CertificatIllisible,
    CertificatRevoque,
    CrlAbsente,
    CrlPerimee,
    TlsRefuse,
)
from drimbox.socle.tls.peer import peer_certificate, peer_dn, requested_name
from drimbox.socle.tls.revocation import RevocationChecker
from drimbox.socle.tls.server import server_context_db, server_context_vi

__all__ = [
    "AncresIllisibles",
    "CertificatAbsent",
    "CertificatEtranger",
    "CertificatExpire",
    "CertificatIllisible",
    "CertificatRevoque",
    "CrlAbsente",
    "CrlPerimee",
    "RevocationChecker",
    "TlsRefuse",
    "alerts_through",
    "client_context",
    "client_context_dmp",
    "client_context_drimbox",
    "peer_certificate",
    "peer_dn",
    "requested_name",
    "server_context_db",
    "server_context_vi",
]
