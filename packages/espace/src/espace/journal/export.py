# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The journal as a file: one JSON object per line, that anybody can verify without the Espace (docs/formats/journal.md). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

from confiance.errors import PeerError
from confiance.transparence import canonical, fields
from espace.journal.ligne import Ligne, LigneInscellable
from espace.journal.verification import Maillon, Rapport, Repere
from espace.journal.verification import verify as verify_links

MAX_LINE: Final = 256 << 10
FORMAT: Final = "1.0"
MAX_MODIFIED: Final = 1000


class ExportIllisible(PeerError):
    """A line of the file is not one of an export."""

    code = "journal.export_illisible"
    message = "Ce fichier n'est pas un export du journal."
    remede = "Donnez le fichier écrit par « espace journal export », entier et sans modification."


def write(links: Iterable[Maillon], tail: Iterable[Ligne]) -> Iterator[bytes]:
    """Write the sealed lines by rank, then those that no link covers.

    A line that is gone leaves its link alone; a line that has no canonical writing is told by its number alone.
    """
    for maillon in links:
        seal = {"rang": maillon.rang, "empreinte": maillon.empreinte.hex(), "chaine": maillon.chaine.hex()}
        yield _line({**seal, "evenement": maillon.evenement_id}, maillon.ligne)
    for ligne in tail:
        yield _line({"rang": None, "empreinte": None, "chaine": None, "evenement": ligne.id}, ligne)


def _line(seal: dict[str, Any], ligne: Ligne | None) -> bytes:
    try:
        content = ligne.as_json() if ligne else None
        return canonical.dump({"format": FORMAT, **seal, "ligne": content}) + b"\n"
    except (canonical.NotCanonical, LigneInscellable, OverflowError, RecursionError):
        return canonical.dump({"format": FORMAT, **seal, "ligne": None}) + b"\n"


def verify(file: BinaryIO, repere: Repere | None = None) -> Rapport:
    """Re-read the chain of an export.

    Args:
        file: the export, opened for reading.
        repere: a link noted elsewhere, that the chain must go through.

    Raises:
        ExportIllisible: a line is not one of an export, or is longer than 256 KiB.
    """
    unsealed: list[datetime | None] = []
    rapport = verify_links(_links(file, unsealed), repere)
    rapport.non_scellees, rapport.depuis = len(unsealed), min((at for at in unsealed if at is not None), default=None)
    return rapport


def _links(file: BinaryIO, unsealed: list[datetime | None]) -> Iterator[Maillon]:
    while octets := file.readline(MAX_LINE + 1):
        if len(octets) > MAX_LINE:
            raise ExportIllisible
        try:
            source = fields.obj(canonical.load(octets))
            if not fields.major_is_ours(source.get("format")):
                raise ExportIllisible
            ligne = _read(source.get("ligne"))
            if source.get("rang") is None:
                unsealed.append(ligne.at if ligne else None)
                continue
            seal = [bytes.fromhex(fields.hex32(source[name])) for name in ("empreinte", "chaine")]
            yield Maillon(fields.integer(source, "rang", least=1), fields.integer(source, "evenement", least=0), seal[0], seal[1], ligne)
        except (canonical.NotCanonical, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ExportIllisible from error


def _read(value: object) -> Ligne | None:
    if value is None:
        return None
    source = fields.obj(value)
    at = datetime.fromisoformat(fields.text(source, "at"))
    if at.tzinfo is None:
        raise ExportIllisible
    modifies = fields.items(source, "modifies", _text, most=MAX_MODIFIED)
    return Ligne(
        id=fields.integer(source, "id", least=0),
        at=at,
        modifies=modifies,
        fields=fields.obj(source["fields"]),
        **{name: _text(source[name]) for name in ("event", "process", "auteur", "objet", "trace", "code")},
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ExportIllisible
    return value
