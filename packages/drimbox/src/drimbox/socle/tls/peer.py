# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who is at the other end of a connection."""

from __future__ import annotations

import asyncio
import ssl

from cryptography import x509

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from drimbox.socle.tls.connection import NamedConnection
from drimbox.socle.tls.errors import CertificatAbsent, TlsRefuse


def peer_certificate(transport: asyncio.BaseTransport | None) -> x509.Certificate:
    """Return the certificate that the peer showed, already verified by the handshake.

    Args:
        transport: transport of a server's request or of a client's response; None when the connection is gone.

    Raises:
        CertificatAbsent: no TLS, no certificate, or the connection is closed.
        TlsRefuse: the certificate cannot be read.
    """
    connection = transport.get_extra_info("ssl_object") if transport is not None else None
    der = connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLObject | ssl.SSLSocket) else None
    if not der:
        raise CertificatAbsent
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        raise TlsRefuse from None


def peer_dn(transport: asyncio.BaseTransport | None) -> DistinguishedName:
    """Return the distinguished name of the peer, to be looked up in the Liste Blanche.

    Raises:
        CertificatAbsent: no certificate was shown.
        TlsRefuse: the certificate has no readable name.
    """
    try:
        return DistinguishedName.from_certificate(peer_certificate(transport))
    except DistinguishedNameError:
        raise TlsRefuse from None


def requested_name(transport: asyncio.BaseTransport | None) -> str | None:
    """Return the name that the client asked for (SNI), to be compared with Host; None when it asked for none."""
    connection = transport.get_extra_info("ssl_object") if transport is not None else None
    return connection.requested_name if isinstance(connection, NamedConnection) else None
