# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The whole Espace as its administrateur runs it: real processes, commands, dig, and the public address."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.espace_donnees import ZONE, dn, document
from tests.espace_env import Environment, write_secret

DB = f"db1.1.{ZONE}"


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={key.replace("_", "-"): value for key, value in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, {key.lower(): value for key, value in response.headers.items()}, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {key.lower(): value for key, value in error.headers.items()}, error.read()


def dig(environment: Environment, *arguments: str) -> str:
    argv = ["dig", "@127.0.0.1", "-p", str(environment.ports["zone"]), "+norecurse", "+time=2", "+tries=1", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False).stdout


def answering(environment: Environment) -> bool:
    try:
        return get(f"{environment.url}/sante")[0] in (200, 503)
    except OSError:
        return False


def declared(environment: Environment, tmp_path: Path, pacs: int = 1) -> dict[str, Any]:
    path = tmp_path / "declaration.json"
    path.write_text(json.dumps(document(pacs)), encoding="utf-8")
    done = environment.run("declarer", "--json", str(path))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def running(espace: Environment) -> Iterator[Environment]:
    with espace.process("run"):
        espace.wait_until(lambda: answering(espace) and bool(dig(espace, ZONE, "SOA", "+short")))
        yield espace


@pytest.mark.peer("dig")
def test_from_a_declaration_to_the_public_list_and_dig(running: Environment, tmp_path: Path) -> None:
    couples = declared(running, tmp_path, 2)
    assert couples["id_registre"] == "1"
    assert [c["db"] for c in couples["couples"]] == [DB, f"db2.1.{ZONE}"]

    running.wait_until(lambda: dig(running, DB, "+short") == "passerelle1.operateur.test.\n")
    assert dig(running, f"vi2.1.{ZONE}", "+short", "+tcp") == "visionneuse2.operateur.test.\n"

    integrated = running.run("integrer", DB, "--dn", dn(DB), "--json")
    assert json.loads(integrated.stdout)["statut"] == "provisoire", integrated.stderr
    published = json.loads(running.run("publier", "--json").stdout)
    assert (published["etat"], published["domaines"], published["sequence"]) == ("publiee", 1, 1)

    status, headers, body = get(published["url"])
    assert (status, headers["content-type"], headers["etag"]) == (200, "application/xml", f'"{published["sha256"]}"')
    assert body == (running.publication / "liste-blanche.xml").read_bytes()
    assert get(published["url"], If_None_Match=headers["etag"])[0] == 304
    assert get(published["url"], "HEAD")[2] == b""

    excluded = json.loads(running.run("exclure", DB, "--motif", "cyber", "--expose", "Compromission signalée.", "--json").stdout)
    assert excluded["statut"] == "exclue"
    running.wait_until(lambda: get(published["url"], If_None_Match=headers["etag"])[0] == 200)
    assert DB.encode() not in get(published["url"])[2]
    assert dig(running, DB, "+short") == "passerelle1.operateur.test.\n"


@pytest.mark.peer("dig")
def test_dig_sees_an_authority_that_refuses_what_is_not_its_own(running: Environment) -> None:
    apex = dig(running, ZONE, "SOA")
    assert "status: NOERROR" in apex
    assert " aa" in apex.split("flags:")[1].split(";")[0]
    assert "recursion requested but not available" not in dig(running, ZONE, "NS")
    assert "status: NXDOMAIN" in dig(running, f"db9.9.{ZONE}")
    assert "status: REFUSED" in dig(running, "example.com")
    assert "Transfer failed" in dig(running, ZONE, "AXFR")
    assert 'issue "ca.banc.test"' in dig(running, ZONE, "CAA", "+short")
    assert "127.0.0.1" in dig(running, f"ns1.{ZONE}", "+short")


@pytest.mark.peer("dig")
def test_the_zone_goes_on_answering_while_the_database_is_away_and_catches_up(espace: Environment, tmp_path: Path) -> None:
    with espace.process("process", "zone"):
        declared(espace, tmp_path)
        espace.wait_until(lambda: dig(espace, DB, "+short") == "passerelle1.operateur.test.\n")
        espace.close_to_all()
        assert dig(espace, DB, "+short") == "passerelle1.operateur.test.\n"
        espace.open_again()
        declared(espace, tmp_path)
        espace.wait_until(lambda: bool(dig(espace, f"db1.2.{ZONE}", "+short")))


def test_a_demande_made_while_the_signataire_is_down_is_served_when_it_comes_back(espace: Environment) -> None:
    late = espace.run("publier", "--attente", "0.2")
    assert late.returncode == 1
    assert "publication.sans_reponse" in late.stderr
    with espace.process("process", "signataire"):
        espace.wait_until((espace.publication / "liste-blanche.xml").exists)
        again = espace.run("publier", "--json")
    assert json.loads(again.stdout)["sequence"] == 2


def test_of_two_signataires_one_works_and_the_other_takes_its_place(espace: Environment) -> None:
    with espace.process("process", "signataire") as first:
        assert json.loads(espace.run("publier", "--json").stdout)["sequence"] == 1
        with espace.process("process", "signataire"):
            assert json.loads(espace.run("publier", "--json").stdout)["sequence"] == 2
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert json.loads(espace.run("publier", "--json").stdout)["sequence"] == 3


def test_a_publication_that_is_refused_is_told_with_its_code_and_exit_1(espace: Environment) -> None:
    with espace.process("process", "signataire", DRIMM_LISTE_BLANCHE__SIGNER__KEY=str(espace.pki.other_signer.key)):
        done = espace.run("publier", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "signature.cle"


def test_the_embedded_database_is_refused_unless_told(espace: Environment) -> None:
    done = espace.run("run", DRIMM_DATABASE__ACCEPT_EMBEDDED="false")
    assert done.returncode == 1
    assert "espace.base_embarquee" in done.stderr


def test_a_database_without_its_migrations_is_refused(espace: Environment) -> None:
    espace.sql("DELETE FROM django_migrations WHERE app = 'registre'")
    done = espace.run("run")
    assert done.returncode == 1
    assert "espace migrate" in done.stderr


def test_a_database_that_does_not_answer_is_told_without_a_traceback(espace: Environment) -> None:
    done = espace.run("run", DRIMM_DATABASE__HOST="/nulle/part")
    assert (done.returncode, "espace.base_injoignable" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


@pytest.mark.parametrize(
    "command", [["publier"], ["exclure", DB, "--motif", "cyber", "--expose", "x"], ["migrate"], ["integrer", DB, "--dn", dn(DB)]]
)
def test_a_command_without_its_database_is_told_without_a_traceback(espace: Environment, command: list[str]) -> None:
    done = espace.run(*command, DRIMM_DATABASE__HOST="/nulle/part")
    assert (done.returncode, "espace.base_injoignable" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def said(port: int, context: ssl.SSLContext, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Say something to the pages and return what comes back until the end of the connection: its head, what parts them, its body."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as tcp, context.wrap_socket(tcp, server_hostname="127.0.0.1") as secured:
        secured.sendall(data)
        with secured.makefile("rb") as answer:
            return answer.read().partition(b"\r\n\r\n")


def test_the_pages_speak_tls_with_their_own_certificate(espace: Environment) -> None:
    server, url = espace.pki.market("espace.banc.test"), espace.url.replace("http:", "https:")
    tls = {"certificate": str(server.certificate), "key": str(server.key)}
    context = ssl.create_default_context(cafile=str(espace.pki.market_ca))

    def page() -> tuple[int, str | None, str | None]:
        try:
            with urllib.request.urlopen(f"{url}/console/connexion/", timeout=10, context=context) as response:
                return response.status, response.headers["Strict-Transport-Security"], response.headers["Set-Cookie"]
        except OSError:
            return 0, None, None

    with espace.process("process", "pages", DRIMM_PAGES__TLS=json.dumps(tls), DRIMM_PAGES__PUBLIC_URL=url):
        espace.wait_until(lambda: page()[0] == 200)
        _status, hsts, cookie = page()
        head, _, body = said(espace.ports["pages"], context, b"279035121518989 is no request\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"\r\nserver:" not in head.lower()
    assert b"279035121518989" not in body  # nothing of what came
    assert hsts
    assert "; Secure" in str(cookie)
    assert "HttpOnly" in str(cookie)


def test_an_account_made_by_the_command_opens_the_console(running: Environment, tmp_path: Path) -> None:
    write_secret(tmp_path / "mot", "une phrase de passe longue 42")
    done = running.run("compte", "creer", "--login", "agent", "--password-file", str(tmp_path / "mot"), "--json")
    assert json.loads(done.stdout) == {"login": "agent"}
    again = running.run("compte", "creer", "--login", "agent", "--password-file", str(tmp_path / "mot"))
    assert "acteurs.compte_refuse" in again.stderr
    assert get(f"{running.url}/console/")[2].count(b"Connexion") >= 1


def test_a_second_factor_made_by_the_command_goes_to_a_file_and_is_never_written_over(espace: Environment, tmp_path: Path) -> None:
    write_secret(tmp_path / "mot", "une phrase de passe longue 42")
    made = ("compte", "creer", "--login", "agent", "--password-file", str(tmp_path / "mot"), "--totp-file", str(tmp_path / "totp"))
    assert espace.run(*made).returncode == 0
    secret = (tmp_path / "totp").read_text()
    again = espace.run("compte", "facteur", "--login", "agent", "--totp-file", str(tmp_path / "totp"))
    assert (again.returncode, "acteurs.fichier_refuse" in again.stderr) == (1, True)
    assert (tmp_path / "totp").read_text() == secret
    lost = espace.run("compte", "facteur", "--login", "agent")
    assert (lost.returncode, "prochaine connexion" in lost.stdout) == (0, True)
    assert espace.sql("SELECT count(*) FROM mfa_authenticator") == [(0,)]


@pytest.mark.parametrize("word", ["bref", "motdepasse", "123456789012"])
def test_a_weak_password_makes_no_account(espace: Environment, tmp_path: Path, word: str) -> None:
    write_secret(tmp_path / "mot", word)
    done = espace.run("compte", "creer", "--login", "agent", "--password-file", str(tmp_path / "mot"))
    assert (done.returncode, "acteurs.compte_refuse" in done.stderr) == (1, True)
    assert word not in done.stderr


@pytest.mark.parametrize("process", ["pages", "zone", "signataire"])
def test_sigterm_ends_a_process_cleanly(espace: Environment, process: str) -> None:
    with espace.process("process", process) as started:
        espace.wait_until(lambda: _ready(espace, process))
        started.send_signal(signal.SIGTERM)
        assert started.wait(15) in (0, -signal.SIGTERM)


def _ready(environment: Environment, process: str) -> bool:
    if process == "pages":
        return answering(environment)
    name = {"zone": "espace zone listen", "signataire": "espace signataire listen"}[process]
    listening = environment.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = %s", name, environment.database
    )
    return listening == [({"zone": 2, "signataire": 1}[process],)]  # the zone hears for its answers, and for what it publishes


def test_the_configuration_is_checked_shown_without_secrets_and_described(espace: Environment) -> None:
    assert espace.run("config", "check").stdout.strip() == "La configuration est correcte."
    shown = espace.run("config", "show").stdout
    assert f"zone.name = {ZONE}" in shown
    assert "pages.secret_key = •••" in shown
    reference = espace.run("config", "reference").stdout
    assert "| zone.name |" in reference
    assert "| database.role_prefix |" in reference


def test_an_unknown_key_is_named(espace: Environment) -> None:
    done = espace.run("config", "check", DRIMM_ZONE__INCONNUE="1")
    assert (done.returncode, "inconnue" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_the_statements_for_the_roles_are_printed(espace: Environment) -> None:
    assert 'CREATE ROLE "essai_espace_signataire" LOGIN' in espace.run("roles-sql").stdout


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "registre.declaration_illisible"),
        ("[]", "registre.declaration_illisible"),
        ('{"site": "x"}', "registre.declaration_illisible"),
        (json.dumps(document() | {"intrus": 1}), "registre.declaration_illisible"),
        (json.dumps(document(siret="1")), "acteurs.siret_refuse"),
        (json.dumps(document() | {"pacs": [{"hote_db": f"x.{ZONE}", "hote_vi": "a.b"}]}), "zone.cible_dans_zone"),
    ],
)
def test_a_declaration_that_is_refused_is_told_with_its_code(espace: Environment, tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "declaration.json"
    path.write_text(content, encoding="utf-8")
    done = espace.run("declarer", "--json", str(path))
    assert (done.returncode, code in done.stderr, "Traceback" in done.stderr) == (1, True, False)
