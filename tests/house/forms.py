# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Says in French which form a setting has, from its Python type."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import time
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel

_WORDS = {
    str: "texte", int: "entier", float: "nombre", bool: "vrai ou faux", time: "heure", AwareDatetime: "date et heure", Path: "chemin",
    IPv4Address: "adresse IP", IPv6Address: "adresse IP",
}  # fmt: skip
_MANY = {
    "texte": "textes", "entier": "entiers", "nombre": "nombres", "chemin": "chemins", "adresse IP": "adresses IP"
}  # fmt: skip


def form(annotation: Any) -> str:
    """Return the French form of a type: texte, entier, liste de textes…"""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return form(inner[0])
    if origin in {typing.Union, types.UnionType}:
        return " ou ".join(dict.fromkeys(form(one) for one in inner if one is not type(None)))
    if origin in {tuple, list, frozenset, set}:
        word = _plural(form(inner[0]))
        return f"liste d'{word}" if word[0] in "aeio" else f"liste de {word}"
    if origin is dict:
        return f"table {form(inner[0])} → {form(inner[1])}"
    if origin is typing.Literal:
        return " ou ".join(f"« {value} »" for value in inner)
    return _WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)).lower())


def _plural(words: str) -> str:
    return " ou ".join(_MANY.get(word, word) for word in words.split(" ou "))


def forms(cls: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (key, form) of every setting, with the keys of confiance.exploitation.settings.reference."""
    for name, field in cls.model_fields.items():
        section = _section(field.annotation)
        if section is None:
            yield f"{prefix}{name}", form(field.annotation)
        else:
            mark = "[]" if typing.get_origin(field.annotation) in {tuple, list} else ""
            yield from forms(section, f"{prefix}{name}{mark}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the settings class inside a type, as reference() finds it."""
    for one in (annotation, *typing.get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None
