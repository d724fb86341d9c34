# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Contexts of the listeners: db names and the systems of the hospital are asked for a certificate, vi names never are.

Those of the names are chosen by the listener, before any handshake: a context swapped in a server name callback would let a db handshake
through without certificate, and a browser asked for a certificate would offer the CPS card.
"""

from __future__ import annotations

import ssl

from drimbox.config import EcouteTls, Tls
from drimbox.socle.tls.connection import NamedConnection, ServerContext
from drimbox.socle.tls.context import harden, load_identity, trust_anchors


def server_context_db(settings: Tls) -> ssl.SSLContext:
    """Return the context of db names: a certificate under our anchors is compulsory.

    Every connection makes a full handshake (no session ticket), so that the certificate seen is the one shown.

    Raises:
        CertificatIllisible: our SERV_SSL cannot be used.
        AncresIllisibles: the anchors cannot be read.
    """
    context = _server_context()
    load_identity(context, settings.server)
    trust_anchors(context, settings.anchors)
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def server_context_vi(settings: Tls) -> ssl.SSLContext:
    """Return the context of vi names: the market certificate, and no certificate asked.

    Raises:
        CertificatIllisible: the certificate of the viewer cannot be used.
    """
    context = _server_context()
    load_identity(context, settings.viewer)
    context.verify_mode = ssl.CERT_NONE  # people authenticate with Pro Santé Connect, never by TLS
    return context


def server_context_ecoute(settings: EcouteTls) -> ssl.SSLContext:
    """Return the context of an address where a RIS or a PACS of the hospital must show its certificate.

    Raises:
        CertificatIllisible, AncresIllisibles: its files cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    harden(context)
    load_identity(context, settings.identite)
    trust_anchors(context, settings.clients)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _server_context() -> ssl.SSLContext:
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    harden(context)
    context.sslobject_class = NamedConnection
    context.sni_callback = _remember_name
    return context


def _remember_name(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
    if isinstance(connection, NamedConnection):
        connection.requested_name = name
