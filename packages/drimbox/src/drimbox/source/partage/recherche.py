# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Searches (QIDO-RS, DICOM PS3.18 §10.6) in the one study of a KOS, answered from that KOS alone: no other study exists here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from drimbox.socle.kos.model import SerieKos
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import RechercheIllisible
from drimbox.source.partage import lignes
from drimbox.source.partage.lignes import Rangee, Valeur
from drimbox.source.partage.paths import Ressource

MAX_PARAMETERS = 64
MAX_VALUE = 512
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_CONTROLS = frozenset({"accept", "limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "multiplevaluematching"})


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it was asked.

    Attributes:
        wanted: keyword → value to match.
        offset: rows left out at the beginning.
        limit: most rows answered, or None.
        fuzzy: whether the peer wished a phonetic search of names, which is not made.
    """

    wanted: Mapping[str, str]
    offset: int = 0
    limit: int | None = None
    fuzzy: bool = False


def read_question(query: Iterable[tuple[str, str]]) -> Question:
    """Read the parameters of a search; attributes are given by keyword or by tag, case is that of the standard.

    Raises:
        RechercheIllisible: a parameter is too long, there are too many, or a bound is not a number.
    """
    pairs = list(query)
    if len(pairs) > MAX_PARAMETERS or any(len(name) > MAX_VALUE or len(value) > MAX_VALUE for name, value in pairs):
        raise RechercheIllisible("La recherche demandée est trop longue.")
    controls = {name.lower(): value for name, value in pairs if name.lower() in _CONTROLS}
    wanted = {_keyword(name): value.strip() for name, value in pairs if name.lower() not in _CONTROLS and value.strip()}
    limit = _count(controls["limit"]) if "limit" in controls else None
    return Question(wanted, _count(controls.get("offset", "0")), limit, controls.get("fuzzymatching") == "true")


def search(examen: ExamenOuvert, ressource: Ressource, question: Question) -> Iterator[Rangee]:
    """Yield the rows of a search, in the order of the KOS.

    Args:
        examen: what the KOS opens.
        ressource: level and what the path already names.
        question: what must match.
    """
    last = None if question.limit is None else question.offset + question.limit
    return islice(_found(examen, ressource, question), question.offset, last)


def matches(row: Rangee, question: Question) -> bool:
    """Tell whether a row has every value wanted; what the KOS does not say cannot be matched and is left aside (§8.3.4.1)."""
    return all(_same(keyword, known, value) for keyword, value in question.wanted.items() if (known := row.get(keyword)) is not None)


def unmatched(question: Question, ressource: Ressource) -> bool:
    """Tell whether something asked filters no row of that level: the peer is warned of it."""
    return question.fuzzy or not lignes.keywords(ressource).issuperset(question.wanted)


def _found(examen: ExamenOuvert, ressource: Ressource, question: Question) -> Iterator[Rangee]:
    """Yield rows as they match: the study once, then each series once, then its instances."""
    study = lignes.of_study(examen)
    if ressource.level == "studies":
        row = {**study, **lignes.of_its_content(examen)}
        yield from [row] if matches(row, question) else []
        return
    above = study if ressource.study is None else {}  # when the path does not name it (§10.6.3.3)
    if not matches(above, question):
        return
    for serie in examen.lu.series:
        if ressource.series in {None, serie.series_instance_uid}:
            yield from _found_in(examen, serie, above, ressource, question)


def _found_in(examen: ExamenOuvert, serie: SerieKos, above: Rangee, ressource: Ressource, question: Question) -> Iterator[Rangee]:
    row = above if ressource.series else {**above, **lignes.of_serie(examen, serie)}
    if not matches(row, question):
        return
    if ressource.level == "series":
        yield row
        return
    for instance in serie.instances:
        own = lignes.of_instance(examen, serie, instance)
        if matches(own, question):
            yield {**row, **own}


def _same(keyword: str, known: Valeur, wanted: str) -> bool:
    if isinstance(known, tuple):
        return any(_same(keyword, one, wanted) for one in known)
    value = str(known)
    if keyword.endswith("Date") and "-" in wanted:
        first, _, last = wanted.partition("-")
        return bool(value) and (not first or value >= first) and (not last or value <= last)
    if keyword.endswith("UID"):
        return value in re.split(r"[,\\]", wanted)
    if "*" in wanted or "?" in wanted:
        return fnmatchcase(value.casefold(), wanted.replace("[", "[[]").casefold())
    return value.casefold() == wanted.casefold()


def _keyword(name: str) -> str:
    """Return the keyword of an attribute named by keyword or tag; the name itself when the standard does not know it."""
    if _TAG.fullmatch(name):
        return keyword_for_tag(int(name, 16)) or name
    return name if tag_for_keyword(name) is not None else name[:64]


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise RechercheIllisible("Une borne de la recherche n'est pas un nombre.")
    return int(text)
