# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading a declaration written in JSON.

::

    {"operateur": {"denomination", "siret", "support_mail", "support_telephone"?, "description"?, "adresse"?,
                   "contact_projet"?, "contact_technique"?},
     "clients": [{"siren", "denomination"?}, …],
     "site": "libellé", "architecture"?: "simple" | "mutualisee" | "native", "nombre_ris"?: 2,
     "pacs": [{"hote_db", "hote_vi", "libelle"?}, …]}
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from espace.acteurs.architectures import Architecture
from espace.acteurs.rules import ClientDeclare, CommandeDeclaree, DeclarationRefusee, OperateurDeclare
from espace.registre.rules import HotesDeclares

MAX_BYTES = 256 * 1024
T = TypeVar("T")


class DeclarationIllisible(DeclarationRefusee):
    """The document is not a declaration."""

    code = "registre.declaration_illisible"
    message = "La déclaration ne peut pas être lue."
    remede = "La déclaration est un objet JSON avec operateur, clients, site et pacs."


def read_declaration(path: Path, *, zone: str) -> tuple[CommandeDeclaree, list[HotesDeclares]]:
    """Read a declaration from a file.

    Args:
        path: JSON, UTF-8, at most 256 KiB.
        zone: DNS zone of the Espace, in which no host may be.

    Raises:
        DeclarationIllisible: unreadable file, not JSON, or a key that is unknown or missing.
        DeclarationRefusee, CibleRefusee: a value is refused.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DeclarationIllisible(f"La déclaration ne peut pas être lue ({type(error).__name__}).") from None
    return parse_declaration(content, zone=zone)


def parse_declaration(content: bytes, *, zone: str) -> tuple[CommandeDeclaree, list[HotesDeclares]]:
    """Read a declaration from bytes; see :func:`read_declaration`."""
    if len(content) > MAX_BYTES:
        raise DeclarationIllisible("La déclaration est trop longue.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise DeclarationIllisible("La déclaration n'est pas du JSON.") from None
    values = _table(document, {"operateur", "clients", "site", "pacs"}, "la déclaration", optional={"architecture", "nombre_ris"})
    hotes = [_build(HotesDeclares, item, "pacs", zone=zone) for item in _list(values["pacs"], "pacs")]
    clients = tuple(_build(ClientDeclare, item, "clients") for item in _list(values["clients"], "clients"))
    operateur = _build(OperateurDeclare, values["operateur"], "operateur")
    site = _text(values["site"], "site")
    commande = CommandeDeclaree(operateur, clients, site, len(hotes), _architecture(values), _number(values, "nombre_ris"))
    return commande, hotes


def _build(cls: type[T], document: Any, where: str, **given: str) -> T:
    known = {item.name: item.default is MISSING for item in fields(cls) if item.name not in given}  # type: ignore[arg-type]  # the three declared dataclasses
    required = {name for name, is_required in known.items() if is_required}
    values = _table(document, required, where, optional=set(known) - required)
    return cls(**{name: _text(value, f"{where}.{name}") for name, value in values.items()}, **given)


def _table(document: Any, required: set[str], where: str, optional: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise DeclarationIllisible(f"Un objet était attendu dans {where}.")
    missing, unknown = required - set(document), set(document) - required - (optional or set())
    if missing or unknown:
        names = ", ".join(sorted(name[:40] for name in missing | unknown))
        raise DeclarationIllisible(f"Clés manquantes ou inconnues dans {where} : {names}.")
    return document


def _architecture(values: dict[str, Any]) -> Architecture | None:
    said = values.get("architecture")
    if said is None or (isinstance(said, str) and said in Architecture.values):
        return None if said is None else Architecture(said)
    raise DeclarationIllisible(f"L'architecture d'une Commande est l'une de : {', '.join(Architecture.values)}.")


def _number(values: dict[str, Any], where: str) -> int | None:
    value = values.get(where)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise DeclarationIllisible(f"Un nombre était attendu dans {where}.")


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DeclarationIllisible(f"Une liste était attendue dans {where}.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise DeclarationIllisible(f"Un texte était attendu dans {where}.")
    return value
