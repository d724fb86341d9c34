# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The folder of the encrypted files: memory is told from a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drimbox.config import Images
from drimbox.source.partage import dossier
from drimbox.source.partage.dossier import is_in_memory, tell_if_in_memory

LINES = {
    "tmpfs": "36 35 {} / /tmp rw,nosuid shared:1 master:2 - tmpfs tmpfs rw,size=4g",
    "ext4": "36 35 {} / / rw,noatime - ext4 /dev/vda rw",
    "unsaid": "36 35 {} / / rw,noatime -",
}


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    number = tmp_path.stat().st_dev
    (tmp_path / "mountinfo").write_text(
        "20 1 9999:1 / /dev/shm rw - tmpfs tmpfs rw\n" + LINES[request.param].format(f"{os.major(number)}:{os.minor(number)}") + "\n"
    )
    monkeypatch.setattr(dossier, "MOUNTS", tmp_path / "mountinfo")
    return tmp_path


@pytest.mark.parametrize(("mounted", "expected"), [("tmpfs", True), ("ext4", False), ("unsaid", False)], indirect=["mounted"])
def test_a_folder_of_memory_is_told_from_one_of_a_disk(mounted: Path, expected: bool) -> None:
    assert is_in_memory(mounted) is expected


@pytest.mark.parametrize(("mounted", "size", "told"), [("tmpfs", 1, True), ("tmpfs", 0, False), ("ext4", 1, False)], indirect=["mounted"])
def test_it_is_told_once_when_something_may_be_written_there(
    mounted: Path, size: int, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_if_in_memory(Images(host="127.0.0.1", spool=mounted, spool_max_bytes=size))
    said = capsys.readouterr()
    assert ("images:process:spool_in_memory" in said.out + said.err) is told


def test_what_is_not_known_is_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_in_memory(tmp_path / "absent")
    monkeypatch.setattr(dossier, "MOUNTS", tmp_path / "absent")
    assert not is_in_memory(tmp_path)
