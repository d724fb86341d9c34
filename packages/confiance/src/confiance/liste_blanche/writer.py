# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing a signed list: the same draft, key and time give the same bytes."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from confiance import horodatage
from confiance.errors import OwnError
from confiance.liste_blanche.document import MAX_VERSION
from confiance.liste_blanche.model import ROOT_NAME, Brouillon, Domaine
from confiance.liste_blanche.policy import Limits
from confiance.xades.names import Shape
from confiance.xades.sign import ToSign, signature_element
from confiance.xades.signing_key import SigningKey

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
_MAX_FIELD: Final = Limits().max_field
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2
_TO_ESCAPE = re.compile("[&<>\r]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}


class BrouillonInvalide(OwnError):
    """The draft cannot be written as a list."""

    code = "liste_blanche.brouillon"
    message = "Le brouillon contient une valeur qui ne peut pas être écrite dans une Liste Blanche."
    remede = "Corriger la valeur : caractère interdit par XML, texte trop long, date sans fuseau ou version de format vide."
    clause = "Guide d'intégration §2.3"


class SignatureHorsValidite(OwnError):
    """The certificate is not valid at the signing time."""

    code = "signature.hors_validite"
    message = "Le certificat de signature n'est pas valide à l'heure de signature demandée."
    remede = "Renouveler le certificat de signature ou vérifier l'horloge."


def sign(brouillon: Brouillon, key: SigningKey, *, signing_time: datetime, shape: Shape = Shape.FILTER2) -> bytes:
    """Write and sign a list, in the shape the agency publishes today unless told otherwise.

    Args:
        brouillon: what to publish; nothing is corrected, run lint first.
        key: signer's key, certificate and chain.
        signing_time: time to claim, aware; seconds are kept, fractions are not.
        shape: how the signature is left out of the document.

    Returns:
        The file, UTF-8, without final line break.

    Raises:
        BrouillonInvalide: a value XML or the format cannot hold.
        SignatureHorsValidite: every reader would refuse that signing time.
    """
    if signing_time.tzinfo is None:
        raise BrouillonInvalide
    certificate = key.certificate
    if not certificate.not_valid_before_utc <= signing_time <= certificate.not_valid_after_utc:
        raise SignatureHorsValidite
    body = canonical_body(brouillon)
    digest = hashlib.sha256(body).digest()
    signature = signature_element(ToSign(digest, signing_time, shape, _identifier(digest, key, signing_time, shape)), key)
    return insert_signature(body, signature)


def canonical_body(brouillon: Brouillon) -> bytes:
    """Return the exclusive canonical form of the list without its signature.

    Raises:
        BrouillonInvalide: a value XML or the format cannot hold.
    """
    if not 0 < len(brouillon.version_format) <= MAX_VERSION:
        raise BrouillonInvalide
    head = (
        f'<{ROOT_NAME} xmlns="{_attribute(brouillon.namespace)}" versionFormat="{_attribute(brouillon.version_format)}">\n'
        f"    <DateDeGeneration>{_date(brouillon.date_generation)}</DateDeGeneration>\n    <ListeDomaines>\n"
    )
    rows = "".join(map(_row, brouillon.domaines))
    return f"{head}{rows}    </ListeDomaines>\n</{ROOT_NAME}>".encode()


def insert_signature(body: bytes, signature: bytes) -> bytes:
    """Put a ds:Signature as last child of the root of a canonical body."""
    close = len(body) - len(f"</{ROOT_NAME}>")
    return b"".join((_DECLARATION, body[:close], signature, body[close:]))


def _identifier(digest: bytes, key: SigningKey, signing_time: datetime, shape: Shape) -> str:
    seed = (digest, key.certificate.public_bytes(Encoding.DER), horodatage.text_of(signing_time).encode(), shape.value.encode())
    return hashlib.sha256(b"".join(seed)).hexdigest()[:32]


def _row(domaine: Domaine) -> str:
    return (
        "        <Domaine>\n"
        f"            <Identifiant>{_text(domaine.identifiant)}</Identifiant>\n"
        f"            <db>{_text(domaine.db)}</db>\n"
        f"            <vi>{_text(domaine.vi)}</vi>\n"
        f"            <Denomination>{_text(domaine.denomination)}</Denomination>\n"
        f"            <DNCertificatOperateur>{_text(domaine.dn_certificat_operateur)}</DNCertificatOperateur>\n"
        f"            <SupportContact>{_text(domaine.support_contact)}</SupportContact>\n"
        f"            <DateMAJ>{_date(domaine.date_maj)}</DateMAJ>\n"
        "        </Domaine>\n"
    )


def _date(value: datetime) -> str:
    if value.tzinfo is None:
        raise BrouillonInvalide
    return horodatage.text_of(value)


def _text(value: str) -> str:
    if len(value) > _MAX_FIELD or _FORBIDDEN.search(value):
        raise BrouillonInvalide
    return _TO_ESCAPE.sub(_escape, value)


def _attribute(value: str) -> str:
    """Namespaces and versions are names, not prose: anything to escape in them is a mistake."""
    if not value or _FORBIDDEN.search(value) or any(c in value for c in '&<>"\t\n\r'):
        raise BrouillonInvalide
    return value


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
