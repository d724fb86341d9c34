# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where PACS send what C-MOVE asks: each has its own address, or the settings are refused."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from drimbox.config import DrimboxSettings, Images, Pacs
from tests.drimbox_env import django_ready


def settings_with(*moves: dict[str, Any]) -> DrimboxSettings:
    """The settings of a DRIMbox whose first PACS send by C-MOVE to these addresses."""
    values = tomllib.loads(django_ready().config.read_text("utf-8"))
    for rank, move in enumerate(moves):
        new = {"name": f"move{rank}", "host": f"192.0.2.{rank}", "aet": f"MOVE{rank}", "recuperation": "c-move"}
        values["pacs"].append(new | {"move": {"aet": "DRIMOVE"} | move})
    return DrimboxSettings(**values)


@pytest.mark.parametrize(
    ("one", "other"),
    [({}, {}), ({"host": "192.0.2.9"}, {"host": "0.0.0.0"}), ({"port": 104, "host": "::"}, {"port": 104})],
)
def test_two_pacs_that_send_to_the_same_address_are_refused(one: dict[str, Any], other: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="« move0 » et « move1 » envoient à la même adresse"):
        settings_with(one, other)


def test_two_pacs_that_send_to_two_ports_or_two_addresses_are_accepted() -> None:
    assert len(settings_with({}, {"port": 11115}, {"host": "192.0.2.9"}).pacs) >= 3


def test_a_pacs_without_any_association_is_refused() -> None:
    with pytest.raises(ValidationError, match="max_associations"):
        Pacs(name="a", host="h", aet="A", max_associations=0)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9"])
def test_a_silence_without_end_is_no_limit_and_is_refused(seconds: str) -> None:
    with pytest.raises(ValidationError, match="timeout"):
        Pacs(name="A", host="192.0.2.1", aet="A", timeout=float(seconds))
    with pytest.raises(ValidationError, match="idle_seconds"):
        Images(host="192.0.2.1", idle_seconds=float(seconds))


@pytest.mark.parametrize(("given", "believed"), [({}, 300), ({"timeout": 1800}, 1800), ({"timeout": 1800, "image_seconds": 60}, 60)])
def test_a_pacs_that_may_be_silent_long_may_say_as_long_that_it_works(given: dict[str, float], believed: float) -> None:
    assert Pacs.model_validate({"name": "a", "host": "h", "aet": "A", **given}).image_seconds == believed
