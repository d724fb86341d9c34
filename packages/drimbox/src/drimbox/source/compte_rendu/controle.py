# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the official CDA schema says of a report: a help for a person who looks for a fault, never a reason to refuse.

Reports that real RIS send are read with the paths that the pointer needs; many are not valid, and their images are awaited all the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from drimbox.source.compte_rendu.document import LimitesCda, parse

MOST = 30


@dataclass(frozen=True, slots=True)
class EcartSchema:
    """One thing that the schema does not allow.

    Attributes:
        ligne: line of the report.
        texte: words of the validator, which may quote a value: for the eyes of whoever may see the report.
    """

    ligne: int
    texte: str


@dataclass(frozen=True, slots=True)
class Controle:
    """What a schema or a schematron says.

    Attributes:
        ecarts: at most thirty, in the order of the report; none when it is valid.
        impossible: French sentence when the schema cannot be used, else an empty text.
        non_verifies: how many rules could not be looked at.
    """

    ecarts: tuple[EcartSchema, ...] = ()
    impossible: str = ""
    non_verifies: int = 0


def validate(cda: bytes, schema: Path) -> Controle:
    """Validate a report.

    Args:
        cda: the report.
        schema: ``CDA_extended.xsd`` of the CI-SIS, its folder beside it.

    Raises:
        CompteRenduIllisible: this is no CDA.
    """
    root = parse(cda, LimitesCda())
    try:
        validator = _validator(schema, schema.stat().st_mtime_ns)
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError):
        return Controle(impossible="Le schéma que nomme controle_cda.schema_xsd ne peut pas être lu.")
    if validator.validate(root):
        return Controle()
    log: Any = validator.error_log  # its type says less than it is: a list of entries
    found = [EcartSchema(int(entry.line), str(entry.message)[:500]) for entry in log]
    return Controle(tuple(found[:MOST]))


@functools.lru_cache(maxsize=2)
def _validator(schema: Path, _changed: int) -> etree.XMLSchema:
    # reading it takes half a second; it is read again when its file changes
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(schema, parser))
