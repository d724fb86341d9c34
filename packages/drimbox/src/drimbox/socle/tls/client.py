# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Contexts of our own requests. The name of the server is always checked."""

from __future__ import annotations

import ssl
from pathlib import Path

from drimbox.config import Dmp, Tls
from drimbox.socle.tls.context import harden, load_identity, trust_anchors, trust_file


def client_context_drimbox(settings: Tls) -> ssl.SSLContext:
    """Return the context towards other DRIMboxes: our SERV_SSL is shown, only IGC-Santé is trusted.

    Raises:
        CertificatIllisible: our SERV_SSL cannot be used.
        AncresIllisibles: the anchors cannot be read.
    """
    context = _client_context()
    load_identity(context, settings.server)
    trust_anchors(context, settings.anchors)
    return context


def client_context_dmp(settings: Dmp) -> ssl.SSLContext:
    """Return the context towards the DMP: the ORG AUTH_CLI of the structure is shown.

    Raises:
        CertificatIllisible: the ORG AUTH_CLI cannot be used.
        AncresIllisibles: the authorities of the DMP cannot be read.
    """
    context = client_context(settings.trust)
    load_identity(context, settings.auth)
    return context


def client_context(trust: Path | None) -> ssl.SSLContext:
    """Return a context that shows no certificate and trusts a PEM file of authorities, or the system's.

    Raises:
        AncresIllisibles: the file cannot be read.
    """
    context = _client_context()
    trust_file(context, trust)
    return context


def _client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    harden(context)
    return context
