# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading the list from its canonical bytes.

The canonical form of a list is a regular language: fixed tags in a fixed order, no attribute but those of the root, text without
markup. The grammar below must consume every character, so there is no place where content could hide, and what is read is what was
hashed.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from confiance import horodatage
from confiance.liste_blanche.model import ROOT_NAME, Brouillon, Domaine
from confiance.liste_blanche.policy import Format, Limits
from confiance.refusals import Contenu, Racine, Taille

_BLANK: Final = r"[ \t\n]*"
_HEAD = re.compile(
    rf'<{ROOT_NAME} xmlns="([^"<]*)" versionFormat="([^"<]*)">{_BLANK}'
    rf"<DateDeGeneration>{_BLANK}({horodatage.PATTERN}){_BLANK}</DateDeGeneration>{_BLANK}<ListeDomaines>"
)
_TAIL = re.compile(rf"{_BLANK}</ListeDomaines>{_BLANK}</{ROOT_NAME}>")
_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&#xD;": "\r", "&quot;": '"', "&#x9;": "\t", "&#xA;": "\n"}
_ENTITY = re.compile(r"&[^;]*;?")


def read(canonical: bytes, form: Format) -> Brouillon:
    """Read a list from the exclusive canonical form of its document.

    Args:
        canonical: UTF-8 bytes, signature left out.
        form: namespaces, versions and limits to keep to.

    Returns:
        Namespace, version, date and rows; trusted only if ``canonical`` was.

    Raises:
        Contenu: the bytes do not follow the grammar, a date does not exist, or a field is too long.
        Racine: namespace or version outside the configured sets.
        Taille: too many rows.
    """
    try:
        text = canonical.decode()
    except UnicodeDecodeError as error:
        raise Contenu from error
    head = _HEAD.match(text)
    if not head:
        raise Contenu
    namespace, version = _unescape(head[1]), _unescape(head[2])
    if namespace not in form.namespaces or version not in form.versions:
        raise Racine
    domaines, position = _rows(text, head.end(), form.limits)
    tail = _TAIL.match(text, position)
    if not tail or tail.end() != len(text):
        raise Contenu
    return Brouillon(domaines, _date(head[3]), namespace, version)


def _rows(text: str, position: int, limits: Limits) -> tuple[tuple[Domaine, ...], int]:
    rows: list[Domaine] = []
    match = _row_pattern(limits.max_field).match
    while (found := match(text, position)) is not None:
        identifiant, db, vi, denomination, dn, support, date = [_unescape(v) if "&" in v else v for v in found.groups()]
        rows.append(Domaine(identifiant, db, vi, denomination, dn, support, _date(date)))
        position = found.end()
        if len(rows) > limits.max_domaines:
            raise Taille
    return tuple(rows), position


@lru_cache(maxsize=8)
def _row_pattern(max_field: int) -> re.Pattern[str]:
    value = rf"([^<]{{0,{max_field}}})"

    def field(name: str, content: str) -> str:
        return rf"<{name}>{content}</{name}>{_BLANK}"

    responsable = f"(?:{field('ResponsableContact', f'[^<]{{0,{max_field}}}')})?"  # dropped by the agency since 2024, a person's contact
    fields = "".join(field(name, value) for name in ("Identifiant", "db", "vi", "Denomination", "DNCertificatOperateur"))
    date = field("DateMAJ", rf"{_BLANK}({horodatage.PATTERN}){_BLANK}")
    return re.compile(rf"{_BLANK}<Domaine>{_BLANK}{fields}{responsable}{field('SupportContact', value)}{date}</Domaine>")


def _date(text: str) -> datetime:
    try:
        return horodatage.from_matched(text)
    except horodatage.HorodatageError as error:
        raise Contenu from error


def _unescape(text: str) -> str:
    return _ENTITY.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    try:
        return _ENTITIES[found[0]]
    except KeyError as error:
        raise Contenu from error
