# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every TLS context of a DRIMbox has in common: versions, suites, our certificate, whom it trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from confiance.certificates import Anchors, AnchorsError
from confiance.exploitation.settings import SettingsError, read_secret
from drimbox.config import Certificate
from drimbox.socle.tls.errors import AncresIllisibles, CertificatIllisible

SUITES_TLS_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else."""


def harden(context: ssl.SSLContext) -> None:
    """Set versions, suites and protocol of a context."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITES_TLS_1_2)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])


def load_identity(context: ssl.SSLContext, identity: Certificate) -> None:
    """Load our certificate and its key, which only its owner may read.

    Raises:
        CertificatIllisible: a file is missing, is readable by others, or they do not go together.
    """
    try:
        read_secret(identity.key)
        context.load_cert_chain(identity.certificate, identity.key)
    except SettingsError as error:
        raise CertificatIllisible(error.message, remede=error.remede) from None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise CertificatIllisible(
            f"Le certificat {identity.certificate} ou sa clé ne peut pas être utilisé ({type(error).__name__})."
        ) from None


def trust_anchors(context: ssl.SSLContext, folder: Path) -> None:
    """Trust the authorities of a folder and no other. Its CRLs are left to :class:`~drimbox.socle.tls.revocation.RevocationChecker`.

    OpenSSL given CRLs would refuse every peer, with an alert that says nothing, as soon as one CRL is late.

    Raises:
        AncresIllisibles: the folder holds no root or an unreadable file.
    """
    anchors = read_anchors(folder)
    pem = b"".join(authority.public_bytes(Encoding.PEM) for authority in (*anchors.roots, *anchors.intermediates))
    context.load_verify_locations(cadata=pem.decode("ascii"))


def trust_file(context: ssl.SSLContext, trust: Path | None) -> None:
    """Trust the authorities of a PEM file, or those of the system when there is none.

    Raises:
        AncresIllisibles: the file cannot be used.
    """
    if trust is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return
    try:
        context.load_verify_locations(cafile=trust)
    except OSError as error:
        raise AncresIllisibles(f"Le fichier d'autorités {trust} ne peut pas être lu ({type(error).__name__}).") from None


def read_anchors(folder: Path) -> Anchors:
    """Read authorities and CRLs of a folder.

    Raises:
        AncresIllisibles: the folder holds no root or an unreadable file.
    """
    try:
        return Anchors.from_directory(folder)
    except AnchorsError as error:
        raise AncresIllisibles(error.message) from None
