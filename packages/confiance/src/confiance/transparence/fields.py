# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading the fields of a JSON object that should follow our formats; any deviation is one error, told apart by the caller."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from confiance import horodatage
from confiance.transparence.canonical import Json, NotCanonical

Item = TypeVar("Item")

MAX_TEXT: Final = 1024
FORMAT: Final = "1.0"
_HEX_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_VERSION: Final = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}")


def obj(value: object) -> Json:
    """Return an object."""
    if not isinstance(value, dict):
        raise NotCanonical
    return value


def major_is_ours(version: object) -> bool:
    """Tell whether a format may be read: ours, or a later one with the same first number."""
    return isinstance(version, str) and _VERSION.fullmatch(version) is not None and version.split(".")[0] == FORMAT.split(".")[0]


def text(source: Json, name: str) -> str:
    """Return a text that is not empty."""
    value = source.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise NotCanonical
    return value


def integer(source: Json, name: str, *, least: int) -> int:
    """Return an integer; a boolean is none."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise NotCanonical
    return value


def boolean(source: Json, name: str) -> bool:
    """Return true or false."""
    value = source.get(name)
    if not isinstance(value, bool):
        raise NotCanonical
    return value


def sha256(source: Json, name: str) -> str:
    """Return a SHA-256 in lower-case hex."""
    return hex32(source.get(name))


def hex32(value: object) -> str:
    """Return 32 bytes in lower-case hex."""
    if not isinstance(value, str) or not _HEX_SHA256.fullmatch(value):
        raise NotCanonical
    return value


def instant(source: Json, name: str) -> datetime:
    """Return a time written in UTC, whole seconds, ``Z``."""
    value = source.get(name)
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise NotCanonical
    try:
        return horodatage.from_matched(value)
    except horodatage.HorodatageError as error:
        raise NotCanonical from error


def items(source: Json, name: str, read: Callable[[object], Item], *, most: int) -> tuple[Item, ...]:
    """Return the items of an array."""
    value = source.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise NotCanonical
    return tuple(read(item) for item in value)
