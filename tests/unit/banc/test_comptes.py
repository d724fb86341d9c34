# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import base64
import socket
from pathlib import Path

import pytest

from banc.demo.comptes import DemoAbsente, running, shown
from banc.demo.plan import Plan

SECRET = base64.b32encode(b"12345678901234567890").decode()  # of the vectors of RFC 6238, whose code at 59 s ends in 287082


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    found = Plan.fresh(tmp_path / "demo-essai")
    found.secrets.mkdir(parents=True)
    found.save()
    for name in ("console-espace", "console-a", "console-b", "portail-a", "portail-b"):
        (found.secrets / name).write_text(f"mot de passe {name}\n", encoding="utf-8")
    for name in ("totp-espace", "totp-portail-a", "totp-portail-b"):
        (found.secrets / name).write_text(f"{SECRET}\n", encoding="ascii")
    return found


def test_every_account_is_told_with_its_page_and_the_code_of_the_moment(plan: Plan, tmp_path: Path) -> None:
    text = shown(plan.work, tmp_path, 59.0)
    blocks = text.split("\n\n")
    assert len(blocks) == 5
    assert blocks[0].splitlines()[0] == f"{plan.espace_url}/console/"
    assert "287082   (encore 1 s)" in blocks[0]
    assert all(f"mot de passe {name}" in text for name in ("console-espace", "console-a", "console-b", "portail-a", "portail-b"))
    assert {"agent", plan.a.representant, plan.b.representant} == {block.splitlines()[1].split()[1] for block in blocks}
    assert sum("code " in block for block in blocks) == 3


def test_the_demo_that_answers_is_found_and_one_that_ended_is_not(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(DemoAbsente):
        running(tmp_path)
    with socket.create_server(("127.0.0.1", plan.espace_port)):
        assert running(tmp_path).work == plan.work


def test_a_folder_without_a_demo_is_told(tmp_path: Path) -> None:
    with pytest.raises(DemoAbsente):
        shown(tmp_path, tmp_path, 0.0)
