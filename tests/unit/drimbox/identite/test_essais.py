# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What one presenter of tokens may cost us."""

from __future__ import annotations

import pytest

from drimbox.config import Images
from drimbox.socle.identite import Limites, TropDEssais
from drimbox.socle.identite.essais import Essais


def test_one_presenter_has_a_bounded_number_of_questions_under_way_and_another_has_its_own() -> None:
    essais = Essais(Limites(questions_per_presenter=2, refusals_per_presenter=2))
    essais.begin("a", 0)
    essais.begin("a", 0)
    with pytest.raises(TropDEssais):
        essais.begin("a", 0)
    essais.begin("b", 0)
    essais.end("a", refused=False)
    essais.begin("a", 0)


def test_refused_tokens_of_the_minute_count_and_good_ones_do_not() -> None:
    essais = Essais(Limites(questions_per_presenter=2, refusals_per_presenter=2))
    for _ in range(5):
        essais.begin("a", 0)
        essais.end("a", refused=False)
    for _ in range(2):
        essais.begin("a", 1)
        essais.end("a", refused=True)
    with pytest.raises(TropDEssais):
        essais.begin("a", 59)
    essais.begin("a", 61)


def test_as_many_good_tokens_as_the_door_lets_a_peer_bring_at_once_are_all_asked_about() -> None:
    essais, images = Essais(Limites()), Images(host="127.0.0.1")
    for _ in range(images.max_transfers_per_peer + images.queue):
        essais.begin("a", 0)


def test_presenters_are_bounded_and_one_whose_question_is_under_way_is_not_forgotten() -> None:
    essais = Essais(Limites(questions_per_presenter=1, refusals_per_presenter=1, presenters=2))
    essais.begin("under way", 0)
    for name in ("1", "2", "3"):
        essais.begin(name, 0)
        essais.end(name, refused=True)
    with pytest.raises(TropDEssais):
        essais.begin("under way", 0)
    essais.begin("1", 0)  # forgotten
    with pytest.raises(TropDEssais):
        essais.begin("3", 0)
