# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses: what the rules admit can be written in a header, and what cannot be written stops one mail only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.acteurs.rules import DeclarationRefusee, check_mail
from espace.courrier.errors import CourrierMalEcrit
from espace.courrier.message import Ecriture, Pli, build

AT = datetime(2026, 11, 22, tzinfo=UTC)


def written(address: str) -> Pli:
    row = Ecriture(address, "Sujet", "Texte", "<p>Texte</p>", f"<{'0' * 32}@espace.test>", AT)
    return build(row, expediteur="espace@a.test", nom="Administrateur", agents="agents@a.test", enveloppe="retours@a.test")


@pytest.mark.parametrize("address", ["(a@x.fr", "[a]@x.fr", "a@.", "a@x..fr", "a@x.fr.", "", "a", "\nBcc: b@x.fr"])
def test_an_address_that_no_header_holds_is_one_mail_badly_written(address: str) -> None:
    with pytest.raises(CourrierMalEcrit):
        written(address)


@given(st.text(max_size=40))
def test_any_text_is_written_or_badly_written(text: str) -> None:
    try:
        written(text)
    except CourrierMalEcrit:
        return


@given(st.text(alphabet="ab.()[]<>@:;'\"\\é=?- ", max_size=20) | st.emails())
def test_what_the_rules_admit_can_be_sent(text: str) -> None:
    try:
        address = check_mail("adresse", text)
    except DeclarationRefusee:
        return
    assert written(address).destinataire == address


@pytest.mark.parametrize("address", ["a@b.fr", "prenom.nom+drim@sous.domaine.fr", "o'neil@x.fr", "support@localhost"])
def test_a_usual_address_is_admitted(address: str) -> None:
    assert check_mail("adresse", address) == address
