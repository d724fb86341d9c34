# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How the DICOMweb door of a PACS is entered: TLS, and what we show of ourselves. Secrets are read from their files at each use."""

from __future__ import annotations

import base64
import ssl

from confiance.exploitation.settings import read_secret
from drimbox.config import PacsDicomweb
from drimbox.socle.tls.client import client_context
from drimbox.socle.tls.context import load_identity


def context_of(door: PacsDicomweb) -> ssl.SSLContext:
    """Return the TLS context towards this door.

    Raises:
        AncresIllisibles: its authorities cannot be read.
        CertificatIllisible: our certificate cannot be used.
    """
    context = client_context(door.trust)
    if door.identity is not None:
        load_identity(context, door.identity)
    return context


def credentials_of(door: PacsDicomweb) -> dict[str, str]:
    """Return the header that authenticates us, if the settings name a file for it.

    Raises:
        SettingsError: the file cannot be used.
    """
    if door.bearer is not None:
        return {"Authorization": f"Bearer {read_secret(door.bearer).reveal()}"}
    if door.basic is not None:
        return {"Authorization": "Basic " + base64.b64encode(read_secret(door.basic).reveal().encode()).decode("ascii")}
    return {}
