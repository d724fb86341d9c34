# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Heads made by hand for the tests of the verifier: any member changed, signed by any keys."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from banc.attaques.publication import Publication, cle, trousseau_of
from banc.attaques.terrain import NOW
from confiance.transparence import TetePolicy, TeteVerifiee, assemble, payload_of, sign_payload, verify_tete

A, B, C, STRANGER = cle("signataire"), cle("temoin"), cle("coffre"), cle("inconnue")
POLICY = TetePolicy(trousseau_of((A, B, C), 2))


def head(publication: Publication, **changes: Any) -> dict[str, Any]:
    """Return the payload of an honest head, some members changed as JSON."""
    value: dict[str, Any] = json.loads(payload_of(publication.draft(NOW, trousseau=POLICY.trousseau)))
    return {name: item for name, item in (value | changes).items() if item is not ...}


def sign(payload: bytes, *keys: Any) -> bytes:
    return assemble(payload, [sign_payload(payload, one) for one in keys or (A, B)])


def verify(data: bytes, at: datetime = NOW, policy: TetePolicy = POLICY) -> TeteVerifiee:
    return verify_tete(data, policy, at=at)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
