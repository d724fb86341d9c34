# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A kept message laid out for a person: its segments, what is too long cut, and what its report says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from confiance.errors import DrimmError
from drimbox.source.compte_rendu.controle import Controle, validate
from drimbox.source.compte_rendu.liens import LienVisionneuse, read_liens
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.schematron import apply_schematron
from drimbox.source.reception.reader import read_message
from drimbox.source.reception.segments import decode

MAX_FIELD = 400


@dataclass(frozen=True, slots=True)
class Contenu:
    """What is shown of a message.

    Attributes:
        segments: name and fields of each segment, a long field cut and its length told.
        compte_rendu: the report, or None when there is none to read.
        liens: links to a visionneuse found in the report.
        refus: why the report cannot be read today, or None.
        controle: what the CDA schema says of the report, or None when the settings name none.
        schematron: what the schematron says of it, likewise.
    """

    segments: tuple[tuple[str, str], ...]
    compte_rendu: CompteRendu | None
    liens: tuple[LienVisionneuse, ...]
    refus: DrimmError | None
    controle: Controle | None = None
    schematron: Controle | None = None


def lay_out(body: bytes, schema: Path | None = None, schematron: Path | None = None) -> Contenu:
    """Lay out the bytes of a message. Never fails: what cannot be read is shown as it is, with the reason.

    Args:
        body: the message without its MLLP frame.
        schema: CDA schema of the settings.
        schematron: that of the settings.
    """
    try:
        message = read_message(body)
        report, liens = read_cda(message.compte_rendu), read_liens(message.compte_rendu)
    except DrimmError as error:
        return Contenu(_segments(body), None, (), error)
    cda = message.compte_rendu
    by_schema = validate(cda, schema) if schema else None
    return Contenu(_segments(body), report, liens, None, by_schema, apply_schematron(cda, schematron) if schematron else None)


def _segments(body: bytes) -> tuple[tuple[str, str], ...]:
    try:
        text = decode(body)
    except DrimmError:
        text = body.decode("utf-8", "replace")
    lines = [line for line in text.replace("\r\n", "\r").replace("\n", "\r").split("\r") if line.strip()]
    return tuple((line[:3], "|".join(map(_cut, line[4:].split("|")))) for line in lines)


def _cut(field: str) -> str:
    return field if len(field) <= MAX_FIELD else f"{field[:60]}… ({len(field)} caractères)"
