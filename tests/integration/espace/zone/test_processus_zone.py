# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``zone`` as it really runs, with its commands: embedded server, knot as primary, knot as secondary of the embedded one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import dns.exception
import pytest

from tests.espace_dns import KEY_NAME, Knot, Secondary, ask, dns_port, serial_at
from tests.espace_donnees import ZONE, declare
from tests.espace_env import Environment

DB = f"db1.1.{ZONE}"


def couples(espace: Environment) -> dict[str, int]:
    rows = espace.sql("SELECT etat, count(*) FROM zone_publicationnom GROUP BY etat")
    return {str(etat): int(count) for etat, count in rows}


def to_knot(knot: Knot) -> dict[str, str]:
    controle = {"serveurs": {f"ns1.{ZONE}": f"127.0.0.1:{knot.port}"}, "retry_max_seconds": 1, "alarme_seconds": 0}
    rfc2136 = {"server": "127.0.0.1", "port": knot.port, "key_name": KEY_NAME, "key": str(knot.key_file)}
    return {
        "DRIMM_ZONE__ADAPTATEUR": "rfc2136",
        "DRIMM_ZONE__RFC2136": json.dumps(rfc2136),
        "DRIMM_ZONE__CONTROLE": json.dumps(controle),
    }


def alarms(espace: Environment) -> list[tuple[Any, ...]]:
    return espace.sql("SELECT code FROM alarmes_alarme WHERE fermee_le IS NULL")


@pytest.mark.peer("knot")
def test_the_embedded_server_publishes_answers_the_commands_and_exports_a_zone_that_knot_reads(espace: Environment, tmp_path: Path) -> None:
    with espace.process("process", "zone"):
        declare(2)
        espace.wait_until(lambda: couples(espace) == {"publiee": 2})
        assert ask(espace.ports["zone"], f"www.vi2.1.{ZONE}") == ["visionneuse2.operateur.test."]

        told = json.loads(espace.run("zone", "etat", "--json").stdout)
        assert told["couples"] == {"a_publier": 0, "publiee": 2, "derive": 0}
        assert told["serveurs"][0]["serial"] == told["serial"] == serial_at(espace.ports["zone"])
        compared = espace.run("zone", "comparer")
        assert (compared.returncode, compared.stdout) == (0, "La zone dit ce que dit le Registre.\n"), compared.stderr

        exported = tmp_path / "zone"
        done = espace.run("zone", "export", "--sortie", str(exported))
        assert done.returncode == 0, done.stderr
        assert espace.run("zone", "export", "--sortie", str(exported)).returncode != 0  # nothing is overwritten
    check = subprocess.run(["/usr/bin/kzonecheck", "-o", ZONE, str(exported)], capture_output=True, text=True, timeout=30, check=False)
    assert check.returncode == 0, check.stdout + check.stderr
    assert f"db2.1.{ZONE}. 300 IN CNAME passerelle2.operateur.test." in exported.read_text(encoding="ascii")


@pytest.mark.peer("knot")
def test_knot_killed_while_couples_are_given_gets_them_all_when_it_comes_back(espace: Environment, tmp_path: Path) -> None:
    with Knot(tmp_path / "knot") as knot, espace.process("process", "zone", **to_knot(knot)) as process:
        declare()
        espace.wait_until(lambda: couples(espace) == {"publiee": 1})
        knot.kill()
        declare()
        espace.wait_until(lambda: alarms(espace) == [("zone.dns_injoignable",)])
        process.kill()
        process.wait()
        with espace.process("process", "zone", **to_knot(knot)):
            declare()
            knot.start()
            espace.wait_until(lambda: couples(espace) == {"publiee": 3})
            assert ask(knot.port, f"db1.3.{ZONE}") == ["passerelle1.operateur.test."]
            espace.wait_until(lambda: alarms(espace) == [])


@pytest.mark.peer("knot")
def test_the_command_says_that_nobody_answers_and_what_is_wrong(espace: Environment) -> None:
    done = espace.run("zone", "comparer", "--attente", "0.3")
    assert done.returncode == 1
    assert "zone.sans_reponse" in done.stderr
    with espace.process("process", "zone"):
        espace.wait_until(lambda: espace.sql("SELECT 1 FROM zone_demandezone WHERE faite_le IS NOT NULL") != [])


@pytest.mark.peer("knot")
def test_a_secondary_is_told_of_a_change_and_transfers_the_zone_of_the_embedded_server(espace: Environment, tmp_path: Path) -> None:
    port = dns_port()
    servers = {f"ns1.{ZONE}": f"127.0.0.1:{espace.ports['zone']}", f"ns2.{ZONE}": f"127.0.0.1:{port}"}
    variables = {
        "DRIMM_ZONE__SECONDAIRES": '["127.0.0.1"]',
        "DRIMM_ZONE__SECONDAIRES_PORT": str(port),
        "DRIMM_ZONE__NAMESERVERS": json.dumps(list(servers)),
        "DRIMM_ZONE__ADDRESSES": json.dumps({name: ["127.0.0.1"] for name in servers}),
        "DRIMM_ZONE__CONTROLE": json.dumps({"serveurs": servers, "retry_max_seconds": 1}),
    }
    second = Knot(tmp_path / "second", primary=Secondary(espace.ports["zone"], ""), port=port)
    with espace.process("process", "zone", **variables):
        espace.wait_until(lambda: bool(_quiet(espace.ports["zone"])))
        with second:
            declare()
            espace.wait_until(lambda: couples(espace) == {"publiee": 1})
            assert ask(port, DB) == ["passerelle1.operateur.test."]
            assert serial_at(port) == serial_at(espace.ports["zone"])


def _quiet(port: int) -> list[str]:
    try:
        return ask(port, ZONE, "SOA")
    except (OSError, dns.exception.DNSException):  # not listening yet
        return []


def test_a_key_that_cannot_be_read_stops_the_process_with_a_cure(espace: Environment, tmp_path: Path) -> None:
    variables = {
        "DRIMM_ZONE__ADAPTATEUR": "powerdns",
        "DRIMM_ZONE__POWERDNS": json.dumps({"url": "http://127.0.0.1:9", "api_key": str(tmp_path / "absente")}),
    }
    done = espace.run("process", "zone", **variables)
    assert done.returncode == 1
    assert "zone.adaptateur_regle" in done.stderr
    shown = espace.run("zone", "etat", **variables)  # the commands and the pages do not need the key
    assert shown.returncode == 0, shown.stderr
