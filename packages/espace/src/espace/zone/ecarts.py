# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Compares what a DNS server holds with what the Registre says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from espace.zone.states import Nature

MAX_TEXT = 300
_OF_THE_SERVER = frozenset({"SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "ZONEMD"})
"""Types that a server makes by itself, with DNSSEC or without: they are nobody's drift."""

Records = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Contenu:
    """What a server holds of the zone.

    Attributes:
        serial: its serial number.
        records: by owner name (lower case, no final dot), pairs of a type and its data as text, host names without final dot.
    """

    serial: int
    records: Mapping[str, Records]


@dataclass(frozen=True, slots=True)
class Ecart:
    """One name whose records are not those of the Registre."""

    nom: str
    nature: Nature
    attendu: str = ""
    trouve: str = ""


def compare(wanted: Mapping[str, str | None], found: Contenu, *, apex: str, hors: Collection[str] = ()) -> list[Ecart]:
    """Return every difference, in the order of the names.

    Args:
        wanted: target of each name of the Registre; None for a name that must hold nothing.
        found: what the server holds.
        apex: name of the zone, whose own records are not of the Registre.
        hors: names wanted in the zone though the Registre does not know them.
    """
    kept = {name: _kept(records) for name, records in found.records.items() if name != apex and name not in hors}
    return sorted(_differences(wanted, kept), key=lambda one: one.nom)


def _differences(wanted: Mapping[str, str | None], kept: Mapping[str, Records]) -> Iterator[Ecart]:
    for name, target in wanted.items():
        expected = frozenset() if target is None else frozenset({("CNAME", target)})
        held = kept.get(name, frozenset())
        if held != expected:
            yield Ecart(name, Nature.MANQUANT if not held else Nature.AUTRE, _text(expected), _text(held))
    for name, held in kept.items():
        if held and name not in wanted:
            yield Ecart(name, Nature.ETRANGER, "", _text(held))


def _kept(records: Records) -> Records:
    return frozenset(one for one in records if one[0] not in _OF_THE_SERVER and not one[0].startswith("TYPE"))


def _text(records: Records) -> str:
    return ", ".join(f"{kind} {data}" for kind, data in sorted(records))[:MAX_TEXT]
