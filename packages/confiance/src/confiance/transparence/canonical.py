# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""JSON in one form only: RFC 8785 without its numbers of the other kind.

One value has one writing: UTF-8, keys sorted, no blank, the shortest escapes. No float, no integer beyond ±(2^53 − 1), no key twice,
no lone surrogate. Keys are ASCII, so that sorting by code points and by UTF-16 units is the same.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

MAX_INTEGER: Final = (1 << 53) - 1
MAX_DEPTH: Final = 8

Json = dict[str, Any]


class NotCanonical(ValueError):
    """Not a value or a text that this module writes; never leaves the package."""


def dump(value: object) -> bytes:
    """Write a value made of dicts, lists, texts, integers, booleans and None.

    Raises:
        NotCanonical: another kind of value, an integer too large, a key that is not ASCII, a lone surrogate.
    """
    _check(value, MAX_DEPTH)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical from error


def load(data: bytes) -> object:
    """Read JSON in any writing, within the values that :func:`dump` writes; the caller bounds the size.

    Raises:
        NotCanonical: not JSON in UTF-8, a key twice, a float, NaN, a value too deep or out of bounds.
    """
    try:
        text = data.decode()
        if text.startswith("\ufeff"):
            raise NotCanonical
        value = json.loads(text, object_pairs_hook=_pairs, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotCanonical from error
    dump(value)  # bounds, depth and surrogates are judged by the one who would have to write them
    return value


def load_canonical(data: bytes) -> object:
    """Read JSON that must already be in its only form.

    Raises:
        NotCanonical: as :func:`load`, or another writing of the value.
    """
    value = load(data)
    if dump(value) != data:
        raise NotCanonical
    return value


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise NotCanonical
    if isinstance(value, dict):
        if not all(isinstance(key, str) and key.isascii() for key in value):
            raise NotCanonical
        for item in value.values():
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif isinstance(value, int):  # booleans too
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonical
    elif not (value is None or isinstance(value, str)):
        raise NotCanonical


def _pairs(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical
    return found


def _refuse(_text: str) -> NoReturn:
    raise NotCanonical
