# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The token of a request (RFC 6750 §2.1). No other scheme, no token in a URL or a body."""

from __future__ import annotations

import re

from drimbox.socle.identite.errors import JetonAbsent
from drimbox.socle.identite.limits import LIMITES

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def bearer(header: str | None) -> str:
    """Return the token of an Authorization header.

    Args:
        header: the one value of Authorization, or None.

    Raises:
        JetonAbsent: no header, another scheme, a malformed or an oversized token.
    """
    if header is None or len(header) > LIMITES.token_characters:
        raise JetonAbsent
    found = _BEARER.fullmatch(header.strip(" "))
    if found is None:
        raise JetonAbsent
    return found[1]
