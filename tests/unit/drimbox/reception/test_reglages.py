# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The settings shown in the guide are accepted as they are written, and wrong ones are refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drimbox.config import Iocm, Pacs, Reception, RegleIdentite, Ris

GUIDE = Path(__file__).parents[4] / "docs" / "guide" / "recevoir.md"


def shown() -> dict[str, Any]:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return tomllib.loads("\n".join(blocks))


def test_the_settings_of_the_guide_are_accepted() -> None:
    values = shown()
    reception = Reception(**values["reception"])
    assert reception.ecoutes[0].tls is not None
    assert reception.ris[0].couples == ("db1.349.mesimagesmedicales.fr", "db2.349.mesimagesmedicales.fr")
    assert Iocm(**values["iocm"]).port == 11114


def test_the_rules_of_the_guide_are_those_of_the_settings() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)[1:]
    assert [RegleIdentite(commun=name).commun for name in named] == named
    assert len(named) == 4


@pytest.mark.parametrize("wrong", [{"dn": ("pas un nom",)}, {"sources": ("partout",)}, {"application": "A", "inconnu": 1}])
def test_a_ris_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Ris(name="a", **wrong)


def test_a_pacs_asked_by_qido_needs_a_dicomweb_door() -> None:
    with pytest.raises(ValidationError, match="qido"):
        Pacs(name="a", host="h", aet="A", questions="qido")


@pytest.mark.parametrize("trait", ["nom", "naissance", "ins"])
def test_no_setting_turns_a_contradiction_of_name_date_or_identifier_into_a_warning(trait: str) -> None:
    with pytest.raises(ValidationError):
        RegleIdentite(avertir=(trait,))
