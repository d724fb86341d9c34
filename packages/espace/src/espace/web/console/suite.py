# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages of a long table, each found by the last row of the one before.

The last page costs what the first does, and nothing shifts when rows come in between.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from espace.registre.recherche import COMPTE_MAX, how_many
from espace.web.console.requete import PER_PAGE

_LONGEST = 1000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Suite(Generic[M]):
    """One page of rows.

    Attributes:
        lignes: the rows.
        precedente: query of the address of the page before; empty on the first.
        suivante: the same for the page after.
        compte: how many rows there are in all, counted up to a bound.
        au_moins: the bound was reached.
    """

    lignes: list[M]
    precedente: str
    suivante: str
    compte: int
    au_moins: bool

    def __bool__(self) -> bool:
        """Tell whether the page has a row."""
        return bool(self.lignes)


def suite_of(request: HttpRequest, rows: QuerySet[M], *keys: str, descending: bool = False) -> Suite[M]:
    """Return the page that the address asks for; an absurd mark gives the first.

    Args:
        request: its parameters ``apres`` or ``avant`` hold the keys of a row.
        rows: filtered, in any order.
        keys: fields that order the rows and tell them apart, all in the same direction.
        descending: the direction.
    """
    backward = "avant" in request.GET
    mark = _read(request.GET.get("avant" if backward else "apres", ""), rows.model, keys)
    reverse = (backward and mark is not None) != descending
    signs = [f"-{key}" if reverse else key for key in keys]
    asked = rows if mark is None else rows.filter(_beyond(keys, mark, "lt" if reverse else "gt"))
    found = list(asked.order_by(*signs)[: PER_PAGE + 1])
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    if backward and mark is not None:
        found.reverse()
        before, after = more, True
    else:
        before, after = mark is not None, more
    compte = how_many(rows)
    return Suite(
        found,
        _address(request, "avant", found[0], keys) if before and found else "",
        _address(request, "apres", found[-1], keys) if after and found else "",
        min(compte, COMPTE_MAX),
        compte > COMPTE_MAX,
    )


def _beyond(keys: tuple[str, ...], mark: list[Any], side: str) -> Q:
    """Return the rows after a mark; the first condition alone is what an index needs, the rest parts equal keys."""
    after = Q(**{f"{keys[-1]}__{side}": mark[-1]})
    for key, value in reversed(list(zip(keys[:-1], mark[:-1], strict=True))):
        after = Q(**{f"{key}__{side}e": value}) & (Q(**{f"{key}__{side}": value}) | after)
    return after


def _address(request: HttpRequest, side: str, row: M, keys: tuple[str, ...]) -> str:
    values = request.GET.copy()
    for old in ("avant", "apres", "page"):
        values.pop(old, None)
    text = json.dumps([getattr(row, key) for key in keys], separators=(",", ":"))
    values[side] = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return str(values.urlencode())


def _read(text: str, model: type[Model], keys: tuple[str, ...]) -> list[Any] | None:
    if not text or len(text) > _LONGEST:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair is no text for PostgreSQL
        if not isinstance(values, list) or len(values) != len(keys) or "\x00" in str(values) or not all(map(_plain, values)):
            return None
        return [model._meta.get_field(key).to_python(value) for key, value in zip(keys, values, strict=True)]  # type: ignore[union-attr]  # noqa: SLF001 - Django's own way; keys name columns
    except (ValueError, RecursionError, ValidationError):
        return None


def _plain(value: object) -> bool:
    return (isinstance(value, str) and "\x00" not in value) or (isinstance(value, int) and abs(value) < 2**31)
