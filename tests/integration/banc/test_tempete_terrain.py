# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The place of a storm: its database comes back however it fell, and all is given back however the trial ends."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from banc.pacs.orthanc import OrthancPacs
from banc.soak.tempete import sinistres
from banc.soak.tempete.manques import DISQUE, HORLOGE, PACS_MUET
from banc.soak.tempete.pacs import PacsImpossible
from banc.soak.tempete.serveur import Base, BasePerdue
from banc.soak.tempete.sinistres import Tempete
from banc.soak.tempete.terrain import Terrain, TerrainImpossible
from tests.e2e.traces import wait_until


def test_a_database_that_could_not_be_started_again_once_is_started_again_the_next_time(tmp_path: Path) -> None:
    base, data = Base(tmp_path, "postgres"), tmp_path / "disque" / "donnees"
    base.start()
    try:
        address = base.server.socket
        assert base.kill_server()
        data.chmod(0o777)  # PostgreSQL refuses a folder that everybody may write
        assert wait_until(lambda: not base.revive(), 20)
        assert "n'a pas répondu" in base.refusal
        assert not base.revive()
        data.chmod(0o700)
        assert wait_until(base.revive, 20)
        assert base.server.socket == address
        assert base.sql("SHOW max_wal_size") == [("128MB",)]
    finally:
        base.stop()
    assert not base.revive()
    with pytest.raises(psycopg.OperationalError):
        base.sql("SELECT 1")


def test_a_place_that_could_not_be_built_gives_its_database_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terrain = Terrain(tmp_path, tmp_path / "images")

    def fail() -> None:
        raise TerrainImpossible

    monkeypatch.setattr(terrain, "_configure", fail)
    try:
        with pytest.raises(TerrainImpossible):
            terrain.start()
        assert terrain.base.revive()  # it runs
    finally:
        terrain.stop()
    assert not terrain.base.revive()


def test_a_pacs_that_does_not_stop_keeps_nobody_from_giving_the_database_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terrain = Terrain(tmp_path, tmp_path / "images")

    def fail() -> None:
        raise PacsImpossible

    for part, name in ((terrain, "_configure"), (terrain, "_start_dmp"), (terrain.boite, "start"), (terrain.boite, "stop")):
        monkeypatch.setattr(part, name, lambda: None)
    monkeypatch.setattr(terrain.pacs, "start", lambda: None)
    monkeypatch.setattr(terrain.pacs, "stop", fail)
    terrain.start()
    with pytest.raises(PacsImpossible):
        terrain.stop()
    assert not terrain.base.revive()


def test_a_storm_whose_breakdown_fails_tells_it_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terrain = Terrain(tmp_path, tmp_path / "images")

    def lost() -> bool:
        raise BasePerdue

    monkeypatch.setattr(sinistres, "PAUSE", (0.0, 0.01))
    monkeypatch.setattr(terrain.base, "revive", lost)
    tempete = Tempete(terrain, 1, 60)
    tempete.start()
    assert wait_until(lambda: tempete.error is not None, 20)
    tempete.give_up()
    assert isinstance(tempete.error, BasePerdue)
    assert tempete.sky == "calme"


def test_a_storm_plays_no_breakdown_that_was_left_out(tmp_path: Path) -> None:
    terrain = Terrain(tmp_path, tmp_path / "images", disk_megabytes=1)
    whole = Tempete(terrain, 1, 0).kinds().keys()
    assert DISQUE in whole
    assert (HORLOGE in whole, PACS_MUET in whole) == (shutil.which("cc") is not None, OrthancPacs.installed())
    assert Tempete(terrain, 1, 0, frozenset({DISQUE, HORLOGE, PACS_MUET})).kinds().keys() == whole - {DISQUE, HORLOGE, PACS_MUET}


def test_a_storm_ends_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinistres, "PAUSE", (0.0, 0.01))
    tempete = Tempete(Terrain(tmp_path, tmp_path / "images"), 1, 0)
    tempete.start()
    assert wait_until(lambda: tempete.sky == "calme", 20)
    tempete.give_up()
    assert (tempete.error, tempete.count.total()) == (None, 0)


def test_a_lull_lasts_until_the_dmp_has_taken_something_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    terrain = SimpleNamespace(dmp=SimpleNamespace(store=SimpleNamespace(faits=taken)))
    monkeypatch.setattr(Tempete, "kinds", lambda _self: {})
    for name in ("GUST_SECONDS", "LULL_SECONDS"):
        monkeypatch.setattr(sinistres, name, 0.0)
    monkeypatch.setattr(sinistres, "TAKEN_IN_A_LULL", 1)
    tempete = Tempete(terrain, 1, 60)  # type: ignore[arg-type]  # what the DMP took is all that it looks at
    assert [tempete._blows() for _ in range(3)] == [False, False, False]
    taken.append("depot")
    assert tempete._blows()
    assert not tempete._blows()
    monkeypatch.setattr(sinistres, "LONGEST_LULL_SECONDS", 0.0)
    assert tempete._blows()
