# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The link to the visionneuse that a report carries, in its XML or in its PDF, and whether it names us for that study.

A link that names another domain sends every reader of the report to a dead page, for ever; nothing of the pointer depends on it, so it
warns and stops nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from confiance.fqdn import VISIONNEUSE_PATH
from drimbox.source.compte_rendu.document import LimitesCda, decode_base64, find_all, parse

_MARK = re.compile(rb"IHEInvokeImageDisplay\?", re.IGNORECASE)
_SCHEME = re.compile(rb"https?\Z", re.IGNORECASE)
_OUTSIDE = re.compile(rb"[\s<>()\"'\x00]")
_BEFORE, _AFTER = 800, 1024
"""Bytes looked at around the mark. The mark is rare: looking for it first costs a time in proportion of the bytes, whoever wrote them."""

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_STREAM = re.compile(rb"stream\r?\n")
_PIECE = 64 * 1024


class EcartLien(StrEnum):
    """What is wrong with the link; the value is the code of the journal."""

    ABSENT = "lien.absent"
    AUTRE_NOM = "lien.autre_nom"


MESSAGES_LIEN = {
    EcartLien.ABSENT: "Le compte rendu ne porte pas de lien vers la visionneuse pour cet examen.",
    EcartLien.AUTRE_NOM: "Le lien vers la visionneuse que porte le compte rendu nomme un autre domaine que celui de ce PACS.",
}
REMEDE_LIEN = "Donner au RIS le modèle de lien de ce PACS (console, page « Liens pour le RIS ») ; le pointeur, lui, est bon."


@dataclass(frozen=True, slots=True)
class LimitesPdf:
    """How much of a PDF is looked through.

    Attributes:
        streams: compressed parts opened, those of every PDF of the report.
        inflated: bytes of one part once opened.
        total: bytes of all parts once opened.
        liens: links kept.
    """

    streams: int = 400
    inflated: int = 1024 * 1024
    total: int = 16 * 1024 * 1024
    liens: int = 200


@dataclass(frozen=True, slots=True)
class LienVisionneuse:
    """A link of a report: the host it names and the study it asks."""

    host: str
    study_uid: str


def read_liens(cda: bytes, *, pdf: LimitesPdf | None = None) -> tuple[LienVisionneuse, ...]:
    """Return the links to a visionneuse that a report carries, without repetition.

    Args:
        cda: the report.
        pdf: of the search in its PDF.

    Raises:
        CompteRenduIllisible: this is no CDA.
    """
    root = parse(cda, LimitesCda())
    limits = pdf or LimitesPdf()
    found = chain(_in(etree.tostring(root, method="text", encoding="utf-8")), _in_attributes(root), _in_pdfs(root, limits))
    return tuple(dict.fromkeys(lien for url in islice(found, limits.liens) if (lien := _read(url)) is not None))


def verify_liens(liens: tuple[LienVisionneuse, ...], study_uid: str, vi: str) -> EcartLien | None:
    """Tell what is wrong with the links of one study; None when one of them names its vi.

    Args:
        liens: of the report.
        study_uid: the study.
        vi: name of the visionneuse of the couple that serves this study.
    """
    hosts = {lien.host for lien in liens if lien.study_uid == study_uid}
    if vi.lower() in hosts:
        return None
    return EcartLien.AUTRE_NOM if hosts else EcartLien.ABSENT


def _in(data: bytes) -> Iterator[bytes]:
    """Yield what looks like a link: from its scheme to the first byte that no address holds."""
    for mark in _MARK.finditer(data):
        before = data[max(0, mark.start() - _BEFORE) : mark.start()]
        scheme = before.rfind(b"://")
        if scheme < 0 or _OUTSIDE.search(before, scheme) or (found := _SCHEME.search(before[max(0, scheme - 5) : scheme])) is None:
            continue
        start = max(0, scheme - 5) + found.start()
        yield before[start:] + mark[0] + _OUTSIDE.split(data[mark.end() : mark.end() + _AFTER], maxsplit=1)[0]


def _in_attributes(root: etree._Element) -> Iterator[bytes]:
    for element in root.iter():
        for value in element.attrib.values():
            yield from _in(str(value).encode())


def _in_pdfs(root: etree._Element, limites: LimitesPdf) -> Iterator[bytes]:
    """Look at what each PDF says plainly, then in the compressed parts (ISO 32000: FlateDecode, object streams) of all together."""
    bodies = [decode_base64(body) for body in find_all(root, ".//h:text[@representation='B64']")]
    for body in bodies:
        yield from _in(body)
    budget = limites.total
    for data, start in islice(((body, mark.end()) for body in bodies for mark in _STREAM.finditer(body)), limites.streams):
        plain = _inflated(memoryview(data)[start:], min(limites.inflated, budget))
        budget -= len(plain)
        yield from _in(plain)
        if budget <= 0:
            return


def _inflated(data: memoryview, limit: int) -> bytes:
    """Return the beginning of a compressed part; nothing when it is not one. No more is read of it than what gives that beginning."""
    machine, plain = zlib.decompressobj(), bytearray()
    try:
        for start in range(0, len(data), _PIECE):
            plain += machine.decompress(data[start : start + _PIECE], limit - len(plain))
            if machine.eof or machine.unconsumed_tail or len(plain) >= limit:
                break
    except zlib.error:
        pass  # a part that is damaged, or compressed otherwise: what came out before counts
    return bytes(plain)


def _read(url: bytes) -> LienVisionneuse | None:
    try:
        parts = urlsplit(url.decode("ascii").replace("&amp;", "&"))
        host = (parts.hostname or "").lower()
        fields = parse_qsl(parts.query, max_num_fields=20)
    except ValueError:  # no ASCII, no address, too many fields
        return None
    # some are written under a prefix (/visionneuse, /drimbox)
    if not parts.path.lower().endswith(VISIONNEUSE_PATH.lower()) or not host:
        return None
    study = next((value for name, value in fields if name.lower() == "studyuid"), "")
    # a PDF may write the next word right after the link: a UID ends where its digits and dots do
    found = _UID.match(study)
    return LienVisionneuse(host, found[0]) if found else None
