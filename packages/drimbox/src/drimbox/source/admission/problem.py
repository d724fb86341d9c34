# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A refusal as a problem document (RFC 9457), with a code, a cure and the number under which the journal keeps it."""

from __future__ import annotations

import json

from drimbox.source.admission.errors import Refus

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:drimm:probleme:"


def document(refus: Refus, trace: str, pourquoi: str | None = None) -> dict[str, str | int]:
    """Return the members of the problem document of a refusal.

    Args:
        refus: the refusal.
        trace: its number in the journal.
        pourquoi: address of the page that explains it to the operator of the refused peer.
    """
    members: dict[str, str | int] = {
        "type": TYPE_PREFIX + refus.code,
        "title": refus.title,
        "status": refus.status,
        "code": refus.code,
        "detail": refus.message,
        "remede": refus.remede,
        "trace": trace,
    }
    return members | {"pourquoi": pourquoi} if pourquoi else members


def body(refus: Refus, trace: str, pourquoi: str | None = None) -> bytes:
    """Return the problem document as UTF-8 JSON."""
    return json.dumps(document(refus, trace, pourquoi), ensure_ascii=False).encode()
