# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The public pages before the first list, without keys of heads, and when a great many rows change."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from espace.tete import queries as tetes
from tests.espace_donnees import integrate
from tests.espace_tetes import editeur


@pytest.fixture
def visitor(espace: Any) -> Client:
    return Client(headers={"host": "127.0.0.1"})


def test_before_the_first_list_every_page_stands_and_no_file_exists(visitor: Client) -> None:
    for address in ("/", "/liste/", "/listes/"):
        assert "Aucune liste" in visitor.get(address).content.decode(), address
    for address in ("/tete.json", "/listes/1.xml", "/journal/feuilles/1.json", "/listes/1/"):
        assert visitor.get(address).status_code == 404, address


def test_without_keys_of_heads_the_page_of_the_list_says_it_and_the_log_is_there(espace: Any, visitor: Client) -> None:
    integrate(now=datetime.now(UTC))
    monde = editeur(espace, datetime.now(UTC))
    monde.publish()
    monde.round()
    page = html.unescape(visitor.get("/liste/").content.decode())
    assert "Aucune tête n'est publiée" in page
    assert tetes.racine(1).hex() in page
    assert "--head" not in page
    assert visitor.get("/tete.json").status_code == 404
    assert visitor.get("/journal/inclusion/1-1.json").status_code == 200


def test_a_great_difference_is_shown_page_by_page(espace: Any, visitor: Client) -> None:
    start = datetime.now(UTC)
    monde = editeur(espace, start)
    integrate(now=start)
    monde.publish()
    integrate(50, now=start)
    integrate(10, now=start)
    monde.publish()
    page = visitor.get("/listes/comparer?de=1&vers=2").content.decode()
    assert "<strong>60</strong> ajoutées" in page
    assert page.count('<tbody class="ecart-ajout"') == 50
    assert "?de=1&amp;vers=2&amp;ecarts=2#ecarts" in page
    assert visitor.get("/listes/2/?ecarts=2").content.decode().count('<tbody class="ecart-ajout"') == 10
    assert visitor.get("/listes/2/?ecarts=absurde").status_code == 200
