# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sealing a PDF and reading the seal back. The key is a function that signs: a file or a PKCS#11 token, as for the list.

The seal is a PAdES baseline-B of an ORG SIGN certificate. Its field is hidden, so that the page stays PDF/UA, and it forbids any later
change. pyhanko writes it and reads it back, with our anchors and our CRLs only: nothing is fetched.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any, Literal

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # the library says no types
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, Signer, sign_pdf
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from confiance.liste_blanche import Anchors, SigningKey
from espace.attestation.errors import SceauEchoue

CHAMP = "CachetAdministrateur"
_LECTEUR = "Cachet électronique de l'administrateur"
_PDF_UA = re.compile(rb"""pdfuaid:part(?:=["']1["']|>1<)""")  # either form is XMP
_MODES: dict[str, Literal["hard-fail", "soft-fail"]] = {"hard": "hard-fail", "soft": "soft-fail"}


class Cachet(Signer):
    """The key of the attestations, as pyhanko wants it; the private key itself is never here."""

    def __init__(self, key: SigningKey) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library says none
        registry.register_multiple(_asn1(one) for one in key.chain)
        super().__init__(signing_cert=_asn1(key.certificate), cert_registry=registry, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Sign, or return as many bytes as a signature has."""
        if digest_algorithm != "sha256":
            raise SigningError("only SHA-256 is signed")
        if dry_run:
            public: Any = self._key.certificate.public_key()
            return bytes(public.key_size // 8)
        return self._key.rsa_sha256(data)


def seal(pdf: bytes, key: SigningKey, *, motif: str) -> bytes:
    """Return the PDF with its seal.

    Args:
        pdf: without a seal.
        key: of the attestations.
        motif: why it is sealed, shown by readers.

    Raises:
        SceauEchoue: the PDF cannot be read, or the key refuses.
    """
    metadata = PdfSignatureMetadata(
        field_name=CHAMP,
        md_algorithm="sha256",
        reason=motif,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        signer_key_usage={"non_repudiation", "digital_signature"},
    )
    hidden = InvisSigSettings(set_print_flag=False, set_hidden_flag=True, box_out_of_bounds=True)  # what PDF/UA asks of such a field
    field = SigFieldSpec(CHAMP, invis_sig_settings=hidden, readable_field_name=_LECTEUR)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        return bytes(sign_pdf(writer, metadata, Cachet(key), new_field_spec=field).getvalue())
    except (PdfError, SigningError, ValueError) as error:
        raise SceauEchoue from error


def check(pdf: bytes, anchors: Anchors, *, revocation: str, at: datetime) -> str:
    """Read a sealed PDF back, as whoever receives it may; return the DN of its signer.

    Args:
        pdf: sealed.
        anchors: authorities and CRLs.
        revocation: ``hard`` refuses a signer whose revocation cannot be checked.
        at: aware instant of the check.

    Raises:
        SceauEchoue: no seal, a broken one, an untrusted signer, bytes after the seal, or a page that has lost what makes it accessible.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        signatures = reader.embedded_regular_signatures
        if len(signatures) != 1:
            raise SceauEchoue("Le PDF relu n'a pas un cachet, et un seul.")
        status = validate_pdf_signature(signatures[0], _context(anchors, revocation, at))
        accessible = _accessible(reader.root)
    except (PdfError, SigningError, SignatureValidationError, ValidationError, ValueError, KeyError) as error:
        raise SceauEchoue from error
    if not status.bottom_line:
        raise SceauEchoue("Le cachet relu n'est pas valide, ou son certificat n'est pas de confiance.")
    if not accessible:
        raise SceauEchoue("Le PDF scellé a perdu ce qui le rend accessible.")
    return str(status.signing_cert.subject.human_friendly)


def _context(anchors: Anchors, revocation: str, at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_asn1(one) for one in anchors.roots],
        other_certs=[_asn1(one) for one in anchors.intermediates],
        crls=[one.public_bytes(Encoding.DER) for one in anchors.crls],
        allow_fetching=False,
        revocation_mode=_MODES[revocation],
        moment=at,
    )


def _accessible(root: Any) -> bool:
    tagged = root["/Lang"] == "fr-FR" and bool(root["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in root
    return tagged and _PDF_UA.search(root["/Metadata"].data) is not None


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
