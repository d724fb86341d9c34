# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every page of the Espace, in every state, to every person, seen by axe-core on a screen and on a telephone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from espace.web.comptes.reglages import Isc, providers
from espace.web.console import attente
from tests.espace_axe import Vue, faults, regarder
from tests.espace_env import Environment, write_secret
from tests.integration.espace.pages.monde import vecu
from tests.integration.espace.pages.tour import Reponse, Tour, numero_of

pytestmark = pytest.mark.peer("axe")


@pytest.fixture
def isc(tmp_path: Path) -> Isc:
    write_secret(tmp_path / "secret", "un secret")
    return Isc(server_url="https://localhost:9/auth/realms/esante-wallet", client_id="espace", client_secret=tmp_path / "secret")


@pytest.mark.timeout(900)  # some three hundred pages, twice
def test_axe_refuses_no_page_and_none_overflows_a_telephone_nor_holds_a_script(
    espace: Environment, isc: Isc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attente, "LIMIT_SECONDS", 0.0)
    monde = vecu(espace, tmp_path)
    (tmp_path / "va.docx").write_bytes(b"PK")
    guichet = settings.ESPACE.guichet.model_copy(update={"modeles_va": {monde.modele_va: tmp_path / "va.docx"}})
    known = settings.ESPACE.model_copy(update={"isc": isc, "liste_blanche": monde.editeur.settings, "guichet": guichet})
    with override_settings(ESPACE=known, SOCIALACCOUNT_PROVIDERS=providers(isc)):
        tour = Tour(monde)
        reponses = tour.go()
    vues = [_vue(rank, one) for rank, one in enumerate(reponses)]
    found = faults(regarder(vues)) + same_titles(reponses)
    assert not tour.silent, f"ces adresses ne montrent rien à personne : {tour.silent}"
    assert not found


def same_titles(reponses: list[Reponse]) -> list[str]:
    """Return the titles that several addresses have in common: a person with many tabs could not tell one from the other."""
    shown: dict[str, set[str]] = {}
    for one in reponses:
        if one.status == 200 and "→" not in one.name:
            title = re.search(r"<title>(.*?)</title>", one.html, re.DOTALL)
            assert title, one.name
            shown.setdefault(title[1], set()).add(one.address.split("?")[0])
    return [f"le titre « {title} » est celui de {sorted(where)}" for title, where in shown.items() if len(where) > 1]


def _vue(rank: int, one: Reponse) -> Vue:
    """Return the page; with its pictures, where a person who looks at the pages asked for them."""
    folder = os.environ.get("IMAGES_DES_PAGES", "")
    short = re.sub(r"[^a-z0-9]+", "-", f"{one.name} {numero_of(one.name)}".lower())[:90]
    return Vue(one.name, f"http://espace.test{one.address}", one.status, one.html, f"{folder}/{rank:03}-{short}" if folder else "")
