# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who acts: nobody chooses the name under which a demande is approved."""

from __future__ import annotations

import os
import pwd

import pytest

from espace.auteurs import at_keyboard, same_person


def test_the_keyboard_is_named_by_its_account_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "quelqun-dautre")
    assert at_keyboard() == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


def test_an_account_without_a_name_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert at_keyboard() == "cli:4000000001"


@pytest.mark.parametrize("other", ["alice", " Alice", "ALICE", "cli:alice", "CLI:Alice"])
def test_an_account_of_the_machine_and_one_of_the_console_are_one_person(other: str) -> None:
    assert same_person("alice", other)
    assert not same_person("bob", other)
