# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What goes over the pipes of a converting process: a JSON head, then bytes, each behind its length.

::

    u32 length of the head · head (JSON) · u64 length of the content · content
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

HEAD, CONTENT = struct.Struct(">I"), struct.Struct(">Q")
MAX_HEAD = 64 * 1024


class MessageRompu(Exception):
    """The bytes are not a message."""


def encode(head: Mapping[str, Any], length: int) -> bytes:
    """Return what precedes a content of that length."""
    text = json.dumps(head).encode()
    return HEAD.pack(len(text)) + text + CONTENT.pack(length)


def head_length(data: bytes) -> int:
    """Return the length of the head.

    Raises:
        MessageRompu: it is too long.
    """
    (length,) = HEAD.unpack(data)
    if length > MAX_HEAD:
        raise MessageRompu
    return int(length)


def read_head(data: bytes) -> dict[str, Any]:
    """Return the head.

    Raises:
        MessageRompu: it is not a JSON object.
    """
    try:
        found = json.loads(data)
    except ValueError:
        raise MessageRompu from None
    if not isinstance(found, dict):
        raise MessageRompu
    return found


def content_length(data: bytes, limit: int) -> int:
    """Return the length of the content.

    Raises:
        MessageRompu: it passes the limit.
    """
    (length,) = CONTENT.unpack(data)
    if length > limit:
        raise MessageRompu
    return int(length)


def lengths(answer: Mapping[str, Any], content: int) -> list[int]:
    """Return the length of each piece of a content; nothing when the work was refused.

    Raises:
        MessageRompu: they are not those of this content.
    """
    found = answer.get("lengths", [])
    if not isinstance(found, list) or not all(type(one) is int and one >= 0 for one in found) or sum(found) != content:
        raise MessageRompu
    return found
