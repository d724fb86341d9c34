# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The oldest PostgreSQL that is promised (15, Debian's) takes the migrations of both programs."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from banc.demo import configuration
from banc.demo.administrateur import Names
from banc.demo.igc import order_certificates
from banc.demo.mesh import Mesh
from banc.demo.plan import Plan
from banc.postgres import binaries, launcher


@pytest.mark.peer("postgresql")
def test_both_programs_migrate_on_the_postgresql_of_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = min(binaries.DEBIAN.glob("*/bin"))
    monkeypatch.setattr(launcher, "find", lambda: binaries.Binaries(folder, *next(iter(binaries._identities()))))
    mesh = Mesh(Plan.fresh(tmp_path))
    try:
        mesh.start_base()
        mesh.build_pki()
        assert mesh.server is not None
        assert mesh.pki is not None
        with psycopg.connect(mesh.server.dsn()) as connection:
            (version,) = connection.execute("SHOW server_version").fetchone()
        assert version.split(".")[0] == folder.parent.name
        configuration.write_espace(mesh.plan, mesh.server, mesh.pki)
        assert mesh.espace("migrate")
        box, names = mesh.plan.a, Names("db1.1.mesimagesmedicales.fr", "vi1.1.mesimagesmedicales.fr")
        order_certificates(mesh.pki, box, names.db, names.vi)
        configuration.write_drimbox(mesh.plan, box, mesh.server, mesh.pki, (names.db, names.vi))
        assert "migrations" in mesh.drimbox(box, "migrate")
    finally:
        mesh.stop()
