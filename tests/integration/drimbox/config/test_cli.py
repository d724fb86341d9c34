# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command ``drimbox``, as its own program: French words, no traceback, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from drimbox.config import ROLES
from tests.drimbox_env import PREFIX, Environment


def drimbox_command(*arguments: str, config: Path | None = None, entree: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("DRIMM_")}
    if config is not None:
        environ["DRIMM_CONFIG"] = str(config)
    command, environ = [sys.executable, "-m", "drimbox", *arguments], {**environ, **variables}
    return subprocess.run(command, env=environ, input=entree, capture_output=True, text=True, timeout=90, check=False)


def test_without_settings_the_command_says_how_to_give_them() -> None:
    result = drimbox_command("config", "show")
    assert result.returncode == 1
    assert "DRIMM_CONFIG" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_key_is_an_error_that_names_it(drimbox_env: Environment, tmp_path: Path) -> None:
    wrong = tmp_path / "drimbox.toml"
    wrong.write_text(drimbox_env.config.read_text().replace("[reception]", "[reception]\nno_auth = true", 1))
    result = drimbox_command("config", "check", config=wrong)
    assert result.returncode == 1
    assert "reception.no_auth : clé inconnue" in result.stderr
    assert "Traceback" not in result.stderr


def test_check_accepts_what_is_right_and_names_what_is_missing(drimbox_env: Environment) -> None:
    assert drimbox_command("config", "check", config=drimbox_env.config).returncode == 0
    result = drimbox_command("config", "check", config=drimbox_env.config, DRIMM_PAGES__SECRET_KEY="/nulle/part")
    assert result.returncode == 1
    assert "/nulle/part" in result.stderr


def test_check_sees_a_folder_of_waiting_images_that_is_not_there(drimbox_env: Environment) -> None:
    result = drimbox_command("config", "check", config=drimbox_env.config, DRIMM_IMAGES__SPOOL="/nulle/part")
    assert (result.returncode, "images.spool : /nulle/part" in result.stderr) == (1, True)


def test_check_sees_a_key_that_is_not_the_certificate_s(drimbox_env: Environment) -> None:
    other = drimbox_env.pki.sign("a").key
    result = drimbox_command("config", "check", config=drimbox_env.config, DRIMM_TLS__SERVER__KEY=str(other))
    assert result.returncode == 1
    assert "tls.server" in result.stderr


def test_show_gives_the_settings_and_no_secret(drimbox_env: Environment) -> None:
    result = drimbox_command("config", "show", config=drimbox_env.config)
    assert json.loads(result.stdout)["couples"][0]["pacs"] == "local"
    secrets = [path.read_text() for path in (drimbox_env.folder / "passwords").iterdir()]
    secrets += [(drimbox_env.folder / name).read_text() for name in ("secret_key", "psc_secret", "trousseau")]
    assert not [secret for secret in secrets if secret in result.stdout]


def test_the_reference_names_every_setting_in_french() -> None:
    result = drimbox_command("config", "reference")
    rows = [line.split("|") for line in result.stdout.splitlines()[2:]]
    assert len(rows) > 60
    assert all(row[4].strip() for row in rows)


def test_roles_sql_makes_a_server_that_can_be_migrated(drimbox_env: Environment, tmp_path: Path) -> None:
    settings = {"DRIMM_DATABASE__ROLE_PREFIX": "neuf_", "DRIMM_DATABASE__NAME": "neuf", "DRIMM_DATABASE__PASSWORDS": str(tmp_path)}
    script = drimbox_command("roles-sql", config=drimbox_env.config, **settings).stdout
    with psycopg.connect(drimbox_env.server.dsn(), autocommit=True) as connection:
        for statement in script.splitlines():
            connection.execute(statement)
        for role in ROLES:
            path = tmp_path / f"neuf_{role}"
            path.touch(mode=0o600)
            path.write_text(f"secret-{role}")
            connection.execute(f"ALTER ROLE neuf_{role} PASSWORD 'secret-{role}'")
    too_early = drimbox_command("run", config=drimbox_env.config, **settings)
    assert (too_early.returncode, "base.pas_a_jour" in too_early.stderr) == (1, True)
    first = drimbox_command("migrate", config=drimbox_env.config, **settings)
    assert (first.returncode, first.stderr) == (0, "")
    again = drimbox_command("migrate", config=drimbox_env.config, **settings)
    assert again.stdout.startswith("0 migrations")


def test_an_embedded_database_is_refused_unless_it_is_accepted(drimbox_env: Environment) -> None:
    for command in ("run", "migrate"):
        result = drimbox_command(command, config=drimbox_env.config, DRIMM_DATABASE__ACCEPT_EMBEDDED="false")
        assert result.returncode == 1
        assert "base.refusee" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_database_that_does_not_answer_is_told_in_french(drimbox_env: Environment) -> None:
    result = drimbox_command("migrate", config=drimbox_env.config, DRIMM_DATABASE__HOST="/nulle/part")
    assert result.returncode == 1
    assert "base.injoignable" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_silent_pacs_makes_echo_fail_with_its_reason(drimbox_env: Environment) -> None:
    result = drimbox_command("pacs", "echo", config=drimbox_env.config)
    assert result.returncode == 1
    assert result.stderr.count("✗") == 2


def test_an_account_needs_a_file_that_nobody_else_reads(drimbox: Environment, tmp_path: Path) -> None:
    path = tmp_path / "mot-de-passe"
    path.write_text("une-longue-phrase-de-passe")
    path.chmod(0o644)
    arguments = ("compte", "creer", "--login", "camille", "--password-file", str(path))
    refused = drimbox_command(*arguments, config=drimbox.config)
    assert (refused.returncode, "lisible par d'autres" in refused.stderr) == (1, True)
    path.chmod(0o600)
    assert drimbox_command(*arguments, config=drimbox.config).returncode == 0
    ((password,),) = drimbox.sql("SELECT password FROM auth_user WHERE username = 'camille'")
    assert password.startswith("scrypt$")


@pytest.mark.parametrize("process", ["pages", "reception"])
def test_a_process_enters_under_its_own_role(process: str, drimbox_env: Environment) -> None:
    code = (
        f"from drimbox.process import set_up; set_up({process!r}); from django.db import connection; c = connection.cursor();"
        "c.execute('SELECT current_user'); print(c.fetchone()[0])"
    )
    environ = {**os.environ, "DRIMM_CONFIG": str(drimbox_env.config)}
    result = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.strip() == PREFIX + process


def test_models_and_migrations_agree(drimbox: Environment) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_migrations_read_from_their_files_are_those_that_django_loads(drimbox: Environment) -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from confiance.exploitation.migrations import shipped
    from drimbox.socle.database import _LABELS

    assert shipped(settings.INSTALLED_APPS, _LABELS) == set(MigrationLoader(connection).disk_migrations)
