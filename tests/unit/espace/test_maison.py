# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The house: every event has its words, every template is used, every setting is described, secrets stay out of what is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import espace
from confiance.exploitation.logs import EVENT
from confiance.exploitation.settings import SettingsError, load, reference
from espace.config import EspaceSettings
from espace.journal.libelles import LIBELLES
from tests.espace_env import Environment, django_ready

SOURCE = Path(espace.__file__).parent
PYTHON = {path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if "migrations" not in path.parts}
TEMPLATES = SOURCE / "web" / "templates"


@pytest.fixture
def environment() -> Environment:
    return django_ready()


def test_every_event_recorded_has_its_words_and_every_word_its_event() -> None:
    recorded = {event for text in PYTHON.values() for event in re.findall(r"\brecord\(\s*\"([^\"]+)\"", text)}
    assert recorded == set(LIBELLES)
    assert all(EVENT.fullmatch(event) for event in recorded)


def test_every_template_is_used() -> None:
    users = "\n".join(PYTHON.values()) + "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    for path in TEMPLATES.rglob("*.html"):
        assert f'"{path.relative_to(TEMPLATES).as_posix()}"' in users, path


def test_every_setting_is_described_in_french() -> None:
    rows = list(reference(EspaceSettings))
    assert len(rows) > 40
    assert all(description.endswith((".", '"')) for _key, _type, _default, description in rows)


def test_rules_and_states_touch_neither_clock_nor_database() -> None:
    for path, text in PYTHON.items():
        if path.name in {"rules.py", "states.py", "cibles.py", "reponse.py", "vue.py", "trame.py"}:
            assert not re.search(r"timezone\.now|datetime\.now|time\.time|\.objects\b|import socket|open\(", text), path


def test_no_file_is_long() -> None:
    for path, text in PYTHON.items():
        assert len(text.splitlines()) <= 400, path


def test_the_settings_of_the_tests_are_read(environment: Environment) -> None:
    assert load(EspaceSettings, environment.config).zone.parking == "parking.administrateur.test"


@pytest.mark.parametrize(
    ("line", "changed", "word"),
    [
        ('nameservers = ["ns1.mesimagesmedicales.fr"]', "nameservers = []", "nameservers"),
        ("addresses = {", "# {", "addresses"),
        ('name = "mesimagesmedicales.fr"', 'name = "pas un nom"', "name"),
        ("refresh_seconds = 0.2", "refresh_seconds = 0", "refresh_seconds"),
        ("poll_seconds = 0.5", 'revocation = "none"', "revocation"),
        ("[pages]", "[pages]\ndebug = true", "debug"),
        ('public_url = "http', 'public_url = "ftp', "public_url"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(environment: Environment, tmp_path: Path, line: str, changed: str, word: str) -> None:
    path = tmp_path / "espace.toml"
    text = environment.config.read_text(encoding="utf-8")
    assert line in text
    path.write_text(text.replace(line, changed), encoding="utf-8")
    with pytest.raises(SettingsError, match=word):
        load(EspaceSettings, path, {})


def test_no_authentication_switch_and_no_debug_in_the_settings(environment: Environment) -> None:
    from django.conf import settings

    assert settings.DEBUG is False
    keys = " ".join(key for key, *_rest in reference(EspaceSettings))
    assert not re.search(r"debug|no_?auth|insecure|disable|bypass", keys)
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert "unsafe" not in str(settings.CONTENT_SECURITY_POLICY)
