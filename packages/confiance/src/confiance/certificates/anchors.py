# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Trust anchors: root and intermediate certificates, and the CRLs that go with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from confiance.errors import OwnError

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

_DER: Final = Encoding.DER
SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der", ".crl"})
MAX_FILE: Final = 32 << 20  # a CRL of a large CA holds several MiB
_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)

Loaded = TypeVar("Loaded", "x509.Certificate", "x509.CertificateRevocationList")


class AnchorsError(OwnError):
    """The folder of trust anchors cannot be used."""

    code = "certificats.ancres"
    message = "Les certificats d'autorité ne peuvent pas être lus."
    remede = "Indiquer un dossier qui contient la racine et l'autorité (fichiers .pem, .crt ou .cer) et les CRL (.crl)."


@dataclass(frozen=True)
class Anchors:
    """Whom the reader trusts.

    Attributes:
        roots: self-signed CA certificates.
        intermediates: issuing CAs. When there is one or more, only these may have issued a signer; when there is none, a CA given
            by the signature is accepted if a root issued it.
        crls: base CRLs of roots and intermediates, in any number; the freshest right one is used.
    """

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()

    @classmethod
    def from_bytes(cls, files: Iterable[bytes]) -> Anchors:
        """Sort the contents of files (PEM, several objects allowed, or DER).

        Certificates that are not CAs are left aside: a folder of anchors may hold examples.

        Raises:
            AnchorsError: unreadable object, or no root.
        """
        roots: dict[bytes, x509.Certificate] = {}
        intermediates: dict[bytes, x509.Certificate] = {}
        crls: list[x509.CertificateRevocationList] = []
        for content in files:
            for item in _objects(content):
                if isinstance(item, x509.CertificateRevocationList):
                    crls.append(item)
                elif _is_ca(item):
                    kept = roots if item.subject == item.issuer else intermediates
                    kept[item.public_bytes(_DER)] = item
        if not roots:
            raise AnchorsError("Aucun certificat racine n'a été trouvé parmi les certificats d'autorité.")
        return cls(tuple(roots.values()), tuple(intermediates.values()), tuple(crls))

    @classmethod
    def from_directory(cls, path: str | Path, *, crls: str | Path | None = None) -> Anchors:
        """Read every ``.pem .crt .cer .der .crl`` file of a folder, and of a second one (or one file) for CRLs.

        Raises:
            AnchorsError: unreadable folder or file, or no root.
        """
        folders = [Path(path)] if crls is None else [Path(path), Path(crls)]
        try:
            files = [file for folder in folders for file in _files(folder)]
            if any(file.stat().st_size > MAX_FILE for file in files):
                raise AnchorsError("Un fichier du dossier des autorités est trop grand.")
            return cls.from_bytes(file.read_bytes() for file in files)
        except OSError as error:
            raise AnchorsError("Le dossier des certificats d'autorité ne peut pas être lu.") from error

    def with_crls(self, crls: Iterable[bytes]) -> Anchors:
        """Return the same anchors with these CRLs (PEM or DER) in the place of the former.

        Raises:
            AnchorsError: unreadable CRL.
        """
        loaded = [item for content in crls for item in _objects(content)]
        kept = tuple(item for item in loaded if isinstance(item, x509.CertificateRevocationList))
        if len(kept) != len(loaded):
            raise AnchorsError("Un certificat se trouve à la place d'une liste de révocation.")
        return Anchors(self.roots, self.intermediates, kept)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [file for file in sorted(place.iterdir()) if file.suffix.lower() in SUFFIXES]


def _objects(content: bytes) -> list[x509.Certificate | x509.CertificateRevocationList]:
    blocks = list(_PEM.finditer(content))
    if blocks:
        return [_pem_object(block[1], block[0]) for block in blocks]
    if certificate := _or_none(x509.load_der_x509_certificate, content):
        return [certificate]
    crl = _or_none(x509.load_der_x509_crl, content)
    if crl is not None:  # a CRL without entries has length 0, hence is false
        return [crl]
    raise AnchorsError


def _pem_object(kind: bytes, block: bytes) -> x509.Certificate | x509.CertificateRevocationList:
    load = x509.load_pem_x509_certificate if kind == b"CERTIFICATE" else x509.load_pem_x509_crl
    try:
        return load(block)
    except (ValueError, x509.InvalidVersion) as error:
        raise AnchorsError from error


def _or_none(load: Callable[[bytes], Loaded], content: bytes) -> Loaded | None:
    try:
        return load(content)
    except (ValueError, x509.InvalidVersion):
        return None


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
