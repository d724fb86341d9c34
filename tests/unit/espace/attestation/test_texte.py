# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The words of the attestation, kept as they were read, and a page that no value can break.

``ECRIRE_INSTANTANES=1`` writes the snapshot again; look at what changed before you keep it.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from espace.attestation.composition import compose
from espace.attestation.errors import CompositionEchouee
from espace.attestation.texte import Contenu, shown, values

SNAPSHOT = Path(__file__).with_name("attestation.txt")
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COUPLES = 3


def contenu(couples: int = COUPLES, **changes: Any) -> Contenu:
    noms = [name for n in range(1, couples + 1) for name in (f"db{n}.349.mesimagesmedicales.fr", f"vi{n}.349.mesimagesmedicales.fr")]
    held: dict[str, Any] = {
        "numero": "AD-2026-7K3M9QXA",
        "demande": "DM-2026-000123",
        "operateur": "Opérateur d'Essai",
        "siret": "73282932000074",
        "administrateur": "Administrateur du banc",
        "zone": "mesimagesmedicales.fr",
        "noms": noms,
        "url": "https://espace.test",
        "at": AT,
    }
    return Contenu(**{**held, **changes})


def pages(held: Contenu) -> list[str]:
    with translation.override("fr"):
        pdf = compose(values(held), AT)
    return ["\n".join(line.rstrip() for line in page.extract_text().splitlines()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_attestation_is_the_one_that_was_read_and_kept() -> None:
    text = "\n\f\n".join(pages(contenu())) + "\n"
    if os.environ.get("ECRIRE_INSTANTANES"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_the_same_values_give_the_same_bytes() -> None:
    with translation.override("fr"):
        assert compose(values(contenu()), AT) == compose(values(contenu()), AT)


def test_fifty_couples_are_all_listed() -> None:
    text = "\n".join(pages(contenu(50)))
    assert all(f"vi{n}.349." in text for n in range(1, 51))


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=200))
def test_any_denomination_makes_a_page_that_shows_it_as_text(name: str) -> None:
    first = " ".join(pages(contenu(1, operateur=name))[0].split())
    assert "Attestation de délégation" in first
    assert "Ce que cette délégation permet" in first


@given(st.text(max_size=600))
def test_what_is_shown_is_short_and_on_one_line(text: str) -> None:
    assert len(shown(text)) <= 500
    assert shown(text).isprintable()


def test_values_that_the_template_lacks_stop_the_composition() -> None:
    with pytest.raises(CompositionEchouee, match="code de fin 1"):
        compose({"titre": "x"}, AT)
