# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The two files that travel when a head is signed by hand: its payload goes out, a signature comes back. No database is needed."""

from __future__ import annotations

import base64
import binascii
import json

from confiance.transparence import Signature, Tete, TransparenceRefused
from confiance.transparence.canonical import NotCanonical, load_canonical
from confiance.transparence.fields import obj
from confiance.transparence.tete import read_payload
from espace.tete.errors import SignatureRefusee

MAX_BYTES = 4096


def read_head(payload: bytes) -> Tete:
    """Return what a payload says, so that a person sees what is about to be signed.

    Raises:
        SignatureRefusee: not the payload of a head.
    """
    try:
        return read_payload(obj(load_canonical(payload)))
    except (NotCanonical, TransparenceRefused) as error:
        raise SignatureRefusee("Ce fichier n'est pas le contenu d'une tête.") from error


def write(signature: Signature) -> bytes:
    """Return the file of a signature made by hand."""
    values = {"protected": signature.protected, "signature": base64.urlsafe_b64encode(signature.value).rstrip(b"=").decode()}
    return json.dumps({"format": "1.0", "cle": signature.key_id, **values}, indent=2).encode()


def read(data: bytes) -> Signature:
    """Read the file of a signature made by hand; nothing of it is believed yet.

    Raises:
        SignatureRefusee: not such a file.
    """
    if len(data) > MAX_BYTES:
        raise SignatureRefusee
    try:
        source = json.loads(data)
        cle, protected, value = source["cle"], source["protected"], source["signature"]
        if not all(isinstance(text, str) and text.isascii() for text in (cle, protected, value)):
            raise SignatureRefusee
        return Signature(cle, protected, base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True))
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise SignatureRefusee from error
