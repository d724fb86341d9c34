# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""TLS contexts towards the DMP, kept as long as the files that make them do not change."""

from __future__ import annotations

import ssl
from functools import partial
from hashlib import sha256
from typing import Final

from confiance.exploitation.settings import SettingsError, read_secret
from drimbox.config import Dmp
from drimbox.socle.dmp.memoire import Memoire
from drimbox.socle.tls.client import client_context_dmp


def context_of(settings: Dmp) -> ssl.SSLContext:
    """Return the context of an exchange with the DMP.

    The files are read each time, so that a new certificate serves at once and a key that others may read never does; making a context of
    them takes as long as an exchange.

    Raises:
        CertificatIllisible: the ORG AUTH_CLI cannot be used.
        AncresIllisibles: the authorities of the DMP cannot be read.
    """
    content = _content_of(settings)
    if content is None:
        return client_context_dmp(settings)
    return _KEPT.get(content, partial(client_context_dmp, settings))


def _content_of(settings: Dmp) -> bytes | None:
    """Return what names the content of the files; None when one cannot be read, or belongs to the system."""
    if settings.trust is None:
        return None
    try:
        files = (settings.trust.read_bytes(), settings.auth.certificate.read_bytes(), read_secret(settings.auth.key).reveal().encode())
    except (OSError, SettingsError):
        return None
    return sha256(b"".join(sha256(file).digest() for file in files)).digest()


_KEPT: Final = Memoire[ssl.SSLContext]()
