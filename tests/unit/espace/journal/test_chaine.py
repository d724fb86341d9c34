# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The chain of the journal: its bytes, its links, and what a reader sees of each alteration."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.journal import export
from espace.journal.ligne import ORIGINE, Ligne, LigneInscellable, chain, link
from espace.journal.verification import Maillon, Nature, Repere, verify

ROOT = Path(__file__).resolve().parents[4]
AT = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)


def ligne(number: int = 1, **changes: Any) -> Ligne:
    values: dict[str, Any] = {
        "id": number, "at": AT + timedelta(seconds=number), "event": "registre:couple:given", "process": "pages", "auteur": "essai",
        "objet": "couple:db1.349.mesimagesmedicales.fr", "trace": "", "code": "", "modifies": ("denomination",), "fields": {"count": 2},
    }  # fmt: skip
    return Ligne(**{**values, **changes})


def sealed(count: int = 5) -> list[Maillon]:
    links, before = [], ORIGINE
    for rang in range(1, count + 1):
        one = ligne(rang)
        before = link(before, one.empreinte)
        links.append(Maillon(rang, rang, one.empreinte, before, one))
    return links


def test_the_vectors_of_the_document_are_ours() -> None:
    text = (ROOT / "docs/formats/journal.md").read_text(encoding="utf-8")
    octets = re.search(r"```json\n(\{\"at\".*?\})\n```", text)
    found = re.findall(r"`([0-9a-f]{64})`", text)
    one = ligne(1, fields={"count": 2, "seconds": 0.25})
    assert octets is not None
    assert one.octets() == octets.group(1).encode()
    assert one.empreinte == hashlib.sha256(b"\x00" + one.octets()).digest()
    second = replace(one, id=2)
    assert [ORIGINE.hex(), one.empreinte.hex(), chain([one.empreinte]).hex(), chain([one.empreinte, second.empreinte]).hex()] == found


def test_an_intact_chain_is_said_intact() -> None:
    rapport = verify(sealed())
    assert (rapport.intact, rapport.scellees, rapport.chaine) == (True, 5, sealed()[-1].chaine)


def test_an_empty_chain_is_intact_and_ends_at_the_origin() -> None:
    assert (verify([]).intact, verify([]).chaine) == (True, ORIGINE)


def _altered(links: list[Maillon]) -> list[Maillon]:
    return [replace(links[2], ligne=ligne(3, auteur="autre")) if one.rang == 3 else one for one in links]


def _removed(links: list[Maillon]) -> list[Maillon]:
    return [replace(one, ligne=None) if one.rang == 3 else one for one in links]


def _link_removed(links: list[Maillon]) -> list[Maillon]:
    return [one for one in links if one.rang != 3]


def _shifted(links: list[Maillon]) -> list[Maillon]:
    return [replace(one, rang=one.rang - (one.rang > 3)) for one in links if one.rang != 3]


def _swapped(links: list[Maillon]) -> list[Maillon]:
    third, fourth = links[2], links[3]
    return [*links[:2], replace(fourth, rang=3), replace(third, rang=4), links[4]]


def _inserted(links: list[Maillon]) -> list[Maillon]:
    new = ligne(99)
    more = Maillon(3, 99, new.empreinte, link(links[1].chaine, new.empreinte), new)
    return [*links[:2], more, *(replace(one, rang=one.rang + 1) for one in links[2:])]


def _resealed(links: list[Maillon]) -> list[Maillon]:
    new = ligne(3, auteur="autre")
    return [replace(one, ligne=new, empreinte=new.empreinte) if one.rang == 3 else one for one in links]


@pytest.mark.parametrize(
    ("attack", "rang", "nature"),
    [
        (_altered, 3, Nature.CHANGEE),
        (_removed, 3, Nature.ABSENTE),
        (_link_removed, 3, Nature.MANQUANT),
        (_shifted, 3, Nature.CHAINE),
        (_swapped, 3, Nature.CHAINE),
        (_inserted, 4, Nature.CHAINE),
        (_resealed, 3, Nature.CHAINE),
    ],
)  # fmt: skip
def test_each_alteration_is_found_where_it_begins(attack: Any, rang: int, nature: Nature) -> None:
    rapport = verify(attack(sealed()))
    assert rapport.rupture is not None
    assert (rapport.rupture.rang, rapport.rupture.nature) == (rang, nature)
    assert rapport.scellees == rang - 1


def test_a_chain_made_again_from_end_to_end_does_not_go_through_a_link_noted_elsewhere() -> None:
    noted = Repere(4, sealed()[3].chaine)
    again, before = [], ORIGINE
    for rang in range(1, 6):
        one = ligne(rang, auteur="autre" if rang == 2 else "essai")
        before = link(before, one.empreinte)
        again.append(Maillon(rang, rang, one.empreinte, before, one))
    assert verify(again).intact, "alone, nothing shows"
    rupture = verify(again, noted).rupture
    assert rupture is not None
    assert (rupture.rang, rupture.nature) == (4, Nature.REPERE)


def test_a_chain_cut_before_a_link_noted_elsewhere_is_told() -> None:
    rupture = verify(sealed(3), Repere(4, sealed()[3].chaine)).rupture
    assert rupture is not None
    assert (rupture.rang, rupture.nature) == (4, Nature.MANQUANT)


def test_a_line_added_afterwards_with_an_older_instant_is_told() -> None:
    links = sealed(3)
    late = ligne(4, at=AT - timedelta(days=1))
    links.append(Maillon(4, 4, late.empreinte, link(links[-1].chaine, late.empreinte), late))
    rapport = verify(links)
    assert (rapport.intact, rapport.rupture, rapport.tardives) == (False, None, [4])


@given(
    st.dictionaries(
        st.text(alphabet="abc_", min_size=1, max_size=5),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
        max_size=4,
    )
)  # fmt: skip
def test_a_line_keeps_its_fingerprint_through_an_export(fields: dict[str, Any]) -> None:
    try:
        one = ligne(1, fields=fields)
        empreinte = one.empreinte
    except LigneInscellable:  # a lone surrogate, that PostgreSQL does not hold
        return
    kept = Maillon(1, 1, empreinte, link(ORIGINE, empreinte), one)
    written = b"".join(export.write([kept], []))
    assert export.verify(io.BytesIO(written)).intact


def test_an_export_says_its_tail_and_shows_an_alteration() -> None:
    written = b"".join(export.write(sealed(3), [ligne(9)]))
    rapport = export.verify(io.BytesIO(written))
    assert (rapport.intact, rapport.scellees, rapport.non_scellees, rapport.depuis) == (True, 3, 1, AT + timedelta(seconds=9))
    assert not export.verify(io.BytesIO(written.replace(b'"auteur":"essai"', b'"auteur":"autre"', 1))).intact
    assert [json.loads(line)["rang"] for line in written.splitlines()] == [1, 2, 3, None]


def test_a_line_that_has_no_writing_is_never_sealed_and_never_breaks_the_export() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(LigneInscellable):
        _ = ligne(1, fields={"a": deep}).empreinte
    assert json.loads(b"".join(export.write([], [ligne(1, fields={"a": deep})])))["ligne"] is None


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_file_is_read_as_an_export_or_refused_by_name(octets: bytes) -> None:
    try:
        export.verify(io.BytesIO(octets))
    except export.ExportIllisible:
        return
    assert octets == b""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


@given(_JSON, st.sampled_from(["rang", "empreinte", "chaine", "evenement", "ligne", "format"]))
def test_any_value_in_an_export_is_read_or_refused_by_name(value: Any, name: str) -> None:
    line = json.loads(next(iter(export.write(sealed(1), []))))
    with contextlib.suppress(export.ExportIllisible):
        export.verify(io.BytesIO(json.dumps({**line, name: value}).encode()))
