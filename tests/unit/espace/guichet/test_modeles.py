# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Templates of the document de VA."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from espace.guichet import modeles
from espace.guichet.errors import ModeleIllisible, ModeleIntrouvable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    named = {"1.0": tmp_path / "va-1.0.odt", "1.1": tmp_path / "va-1.1.odt"}
    named["1.0"].write_bytes(b"old")
    guichet = settings.ESPACE.guichet.model_copy(update={"modeles_va": named})
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"guichet": guichet}))
    return tmp_path


def test_the_last_version_is_the_one_to_fill_and_the_old_ones_stay(folder: Path) -> None:
    assert (modeles.versions(), modeles.current_version()) == (("1.0", "1.1"), "1.1")
    assert modeles.modele("1.0") == modeles.Modele("1.0", "va-1.0.odt", b"old")


def test_an_unknown_version_a_missing_file_and_a_heavy_one_are_told_apart(folder: Path) -> None:
    for version in ("2.0", "../1.0", ""):
        with pytest.raises(ModeleIntrouvable):
            modeles.modele(version)
    with pytest.raises(ModeleIllisible):
        modeles.modele("1.1")
    (folder / "va-1.1.odt").write_bytes(b"x" * (modeles.MAX_BYTES + 1))
    with pytest.raises(ModeleIllisible):
        modeles.modele("1.1")


def test_without_a_template_nothing_is_to_download() -> None:
    assert modeles.current_version() is None
