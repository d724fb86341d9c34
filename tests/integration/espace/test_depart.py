# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a start costs: a command loads what it needs, and the database is checked without the ORM."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from confiance.exploitation.migrations import shipped


def test_the_migrations_told_by_their_files_are_those_that_django_would_apply() -> None:
    assert shipped(settings.INSTALLED_APPS) == set(MigrationLoader(None).disk_migrations)


@pytest.mark.parametrize("command", [["--help"], ["declarer", "--help"], ["publier", "--help"], ["compte", "creer", "--help"]])
def test_a_command_that_only_speaks_loads_neither_django_nor_psycopg(command: list[str]) -> None:
    script = f"import sys; sys.argv = ['espace', *{command!r}]\nfrom espace.cli import main\ntry: main()\n"
    script += "except SystemExit: sys.exit(bool({'django', 'psycopg', 'espace.config'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False).returncode == 0


def test_the_supervisor_checks_its_database_without_loading_a_model(espace: Any) -> None:
    script = "from espace.process import check_database; import sys; check_database('cli'); sys.exit('django.db.models' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], env=espace.environ(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
