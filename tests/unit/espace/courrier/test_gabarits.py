# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The words of every mail: one row per step, a snapshot of each, and nothing that a value could break.

``ECRIRE_INSTANTANES=1`` writes the snapshots again; look at what changed before you keep it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.courrier.errors import CourrierMalEcrit
from espace.courrier.gabarit import Ecrit, Entete, Gabarit, Phrase, Vers, write
from espace.courrier.message import Ecriture, build
from espace.courrier.table import COURRIERS
from espace.instruction.parcours import EVENEMENTS

SNAPSHOT = Path(__file__).with_name("instantanes.txt")
ENTETE = Entete("Administrateur du banc", "https://espace.test", "agents@administrateur.test")
VALUES: dict[str, Any] = {
    "numero": "DM-2026-000123",
    "operateur": "Opérateur d'Essai",
    "auteur": "marie.durand",
    "echeance": datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC),
    "effet": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    "remediation": datetime(2026, 12, 22, 9, 30, tzinfo=UTC),
    "motif": "Le nombre d'hôtes n'est pas celui des PACS.\nCorrigez la page 2.",
    "noms": "db1.349.mesimagesmedicales.fr\nvi1.349.mesimagesmedicales.fr",
    "va": "DM-2026-000124",
    "meteo": "oui",
    "condition": "Référencement DRIMbox",
    "personne": "Jean Martin",
    "role": "mandataire",
    "invitation": "https://espace.test/invitation/x",
    "rang": 1234,
    "empreinte": "ab" * 32,
}


def mails() -> Iterator[tuple[str, Gabarit]]:
    for evenement, gabarits in sorted(COURRIERS.items()):
        for gabarit in gabarits:
            yield evenement, gabarit


ALL = list(mails())
IDS = [f"{evenement}-{gabarit.vers}" for evenement, gabarit in ALL]


def snapshot() -> str:
    parts = ["# SPDX-FileCopyrightText: 2026 drimm contributors\n# SPDX-License-Identifier: EUPL-1.2\n"]
    for evenement, gabarit in ALL:
        ecrit = write(gabarit, VALUES, ENTETE)
        parts.append(f"{'=' * 20} {evenement} → {gabarit.vers}\n{ecrit.sujet}\n\n{ecrit.texte}\n{ecrit.html}")
    return "\n".join(line.rstrip() for line in "\n".join(parts).split("\n"))


def test_every_mail_is_the_one_that_was_read_and_kept() -> None:
    if os.environ.get("ECRIRE_INSTANTANES"):
        SNAPSHOT.write_text(snapshot(), encoding="utf-8")
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8")


def test_every_step_of_a_parcours_has_its_mail() -> None:
    assert sorted(EVENEMENTS - COURRIERS.keys()) == []


def test_no_mail_of_a_parcours_is_left_without_its_step() -> None:
    others = ("conditions:", "comptes:", "journal:", "message:")
    assert sorted(name for name in COURRIERS if not name.startswith(others) and name not in EVENEMENTS) == []


@pytest.mark.parametrize("parcours", ["declaration", "integration", "va"])
def test_every_submission_is_copied_to_the_shared_box(parcours: str) -> None:
    assert {gabarit.vers for gabarit in COURRIERS[f"{parcours}:submit"]} == {Vers.OPERATEUR, Vers.AGENTS}


@pytest.mark.parametrize(("evenement", "gabarit"), ALL, ids=IDS)
def test_a_mail_asks_for_no_value_that_nobody_gives(evenement: str, gabarit: Gabarit) -> None:
    assert gabarit.connus <= VALUES.keys(), "nothing of a Client is among these names"
    least = {name: VALUES[name] for name in gabarit.requis}
    assert "%(" not in write(gabarit, least, ENTETE).texte


@pytest.mark.parametrize(("evenement", "gabarit"), ALL, ids=IDS)
def test_a_subject_bears_nothing_that_a_person_typed(evenement: str, gabarit: Gabarit) -> None:
    assert set(re.findall(r"%\(([a-z_]+)\)s", str(gabarit.sujet))) <= {"numero", "rang"}


@pytest.mark.parametrize(("evenement", "gabarit"), ALL, ids=IDS)
def test_the_html_is_accessible_and_loads_nothing(evenement: str, gabarit: Gabarit) -> None:
    html = write(gabarit, VALUES, ENTETE).html
    assert html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    tags, links = _read(html)
    assert {"title", "main", "p"} <= set(tags)
    assert not {"img", "script", "link", "iframe", "style", "form", "input"} & set(tags)
    assert all(link.startswith("https://espace.test/") for link in links)


def _read(html: str) -> tuple[list[str], list[str]]:
    tags: list[str] = []
    links: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            links.extend(value or "" for name, value in attrs if name in {"href", "src", "background"})

    Reader().feed(html)
    return tags, links


_FREE = Gabarit(Vers.OPERATEUR, "Demande %(numero)s", (Phrase("%(motif)s"), Phrase("Le %(echeance)s", si="echeance")))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_value_stays_text_and_adds_no_header(numero: str, motif: str) -> None:
    try:
        ecrit = write(_FREE, {"numero": numero, "motif": motif}, ENTETE)
    except CourrierMalEcrit:
        assert not numero.strip() or not motif.strip() or not _said(numero) or not _said(motif)
        return
    assert "\n" not in ecrit.sujet
    assert "\r" not in ecrit.sujet
    tags, _links = _read(ecrit.html)
    assert set(tags) <= {"html", "head", "meta", "title", "body", "main", "p", "br", "footer"}
    octets = _octets(ecrit)
    if octets is not None:
        heads = octets.split(b"\r\n\r\n")[0].lower()
        assert [heads.count(b"\r\n" + name) for name in (b"to:", b"subject:", b"message-id:", b"bcc:", b"cc:")] == [1, 1, 1, 0, 0]


def _said(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).strip()


def _octets(ecrit: Ecrit) -> bytes | None:
    row = Ecriture("x@y.test", ecrit.sujet, ecrit.texte, ecrit.html, f"<{'0' * 32}@espace.test>", datetime(2026, 11, 22, tzinfo=UTC))
    try:
        return build(row, expediteur="e@a.test", nom="Administrateur", agents="a@a.test", enveloppe="r@a.test").octets
    except CourrierMalEcrit:  # a lone surrogate, that PostgreSQL would have refused
        return None


@pytest.mark.parametrize("to", ["x@y.test\r\nBcc: z@y.test", "x@y.test, z@y.test", "x", ""])
def test_an_address_that_is_not_one_never_becomes_a_header(to: str) -> None:
    row = Ecriture(to, "s", "t", "h", f"<{'0' * 32}@espace.test>", datetime(2026, 11, 22, tzinfo=UTC))
    with pytest.raises(CourrierMalEcrit):
        build(row, expediteur="e@a.test", nom="Administrateur", agents="a@a.test", enveloppe="r@a.test")


def test_a_subject_with_a_line_break_never_becomes_a_header() -> None:
    row = Ecriture("x@y.test", "s\r\nBcc: z@y.test", "t", "h", f"<{'0' * 32}@espace.test>", datetime(2026, 11, 22, tzinfo=UTC))
    with pytest.raises(CourrierMalEcrit):
        build(row, expediteur="e@a.test", nom="Administrateur", agents="a@a.test", enveloppe="r@a.test")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC), "Le 4 décembre 2026"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Le 29 mars 2026"),
        (date(2026, 12, 4), "Le 4 décembre 2026"),
    ],
)
def test_a_due_date_is_a_day_of_paris(value: Any, said: str) -> None:
    assert said in write(_FREE, {"numero": "1", "motif": "x", "echeance": value}, ENTETE).texte


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), True, 1.5, ["x"]])  # noqa: DTZ001 - that is the fault
def test_a_value_that_cannot_be_said_is_refused(value: Any) -> None:
    with pytest.raises(CourrierMalEcrit):
        write(_FREE, {"numero": "1", "motif": "x", "echeance": value}, ENTETE)
