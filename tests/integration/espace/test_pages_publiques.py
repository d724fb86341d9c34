# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the whole world reads beside the list: head, proofs, CRLs, former lists, the pages that show them, and the commands they give."""

from __future__ import annotations

import hashlib
import html
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from confiance.transparence import verify_tete
from confiance.transparence.preuves import PreuveConsistance, PreuveInclusion, read_leaf
from espace.registre import actions as registre
from espace.tete import queries as tetes
from tests.conftest import ROOT
from tests.espace_donnees import CLIENT_CANARY, SIREN, SITE_CANARY, ZONE, declare, dn, integrate
from tests.espace_tetes import Editeur, editeur, head_settings

DB, DB2 = f"db1.1.{ZONE}", f"db2.1.{ZONE}"
PAGES = ["/", "/liste/", "/listes/", "/listes/1/", "/listes/2/", "/listes/comparer?de=1&vers=3", "/historique"]
FILES = [
    "/liste-blanche.xml", "/tete.json", "/journal/consistance/1-3.json", "/journal/inclusion/2-3.json", "/journal/feuilles/1.json",
    "/listes/1.xml", "/cles/temoin.pem", "/sante", f"/api/liste-blanche/historique?nom={DB}&instant=2026-01-01T00:00:00Z",
]  # fmt: skip


@pytest.fixture(scope="module")
def visitor(espace_partage: Any) -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture(scope="module")
def monde(espace_partage: Any, tmp_path_factory: pytest.TempPathFactory) -> Editeur:
    """Three lists with their heads: two Drimboxes come, one gets a new DN, one leaves for a third one."""
    start = datetime.now(UTC)
    integrate(2, now=start)
    monde = editeur(espace_partage, start, tete=head_settings(tmp_path_factory.mktemp("cles")))
    monde.publish()
    monde.round()
    new_dn = dn(DB).replace("ST=Paris (75)", "ST=Rhône (69)")
    espace_partage.sql("UPDATE registre_drimbox SET dn_serv_ssl = %s WHERE dn_serv_ssl = %s", new_dn, dn(DB))
    monde.publish()
    monde.round()
    registre.exclude(DB2, registre.Motif.CYBER, auteur="essai", now=start)
    new = declare(now=start)[0]
    registre.integrate(new.db, dn(new.db), auteur="essai", now=start)
    monde.publish()
    monde.round()
    return monde


def test_the_head_and_its_proofs_are_those_of_the_folder_and_verify(monde: Editeur, visitor: Client) -> None:
    data = visitor.get("/tete.json").content
    assert data == monde.head()
    head = verify_tete(data, monde.policy, at=datetime.now(UTC)).tete
    proof = PreuveInclusion.from_json(visitor.get(f"/journal/inclusion/{head.sequence}-{head.taille}.json").content)
    proof.check(head.racine, sha256=hashlib.sha256(visitor.get("/liste-blanche.xml").content).hexdigest())
    PreuveConsistance.from_json(visitor.get("/journal/consistance/1-3.json").content).check(tetes.racine(1), head.racine)
    old = visitor.get("/listes/1.xml").content
    assert read_leaf(visitor.get("/journal/feuilles/1.json").content).sha256 == hashlib.sha256(old).hexdigest()
    for named in head.crls:
        crl = visitor.get(f"/crl/{named.sha256}.crl")
        assert (hashlib.sha256(crl.content).hexdigest(), crl["Content-Type"]) == (named.sha256, "application/pkix-crl")


def test_every_file_has_a_strong_etag_and_answers_304(monde: Editeur, visitor: Client) -> None:
    for address in FILES[:7]:
        first = visitor.get(address)
        assert first.status_code == 200, address
        assert first["ETag"] == f'"{hashlib.sha256(first.content).hexdigest()}"', address
        again = visitor.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), address
        assert visitor.post(address).status_code == 405
        assert "Set-Cookie" not in first


def test_what_never_changes_says_so_and_the_rest_is_asked_again_within_a_minute(monde: Editeur, visitor: Client) -> None:
    crl = f"/crl/{tetes.crls_of_last_heads(1).pop()}.crl"
    for address in (*FILES[2:6], crl):
        assert "immutable" in visitor.get(address)["Cache-Control"], address
    for address in FILES[:2]:
        assert "max-age=60, must-revalidate" in visitor.get(address)["Cache-Control"], address


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/journal/consistance/0-3.json", 400),
        ("/journal/consistance/3-1.json", 400),
        ("/journal/consistance/1-4.json", 404),
        ("/journal/consistance/1-999999999.json", 404),
        ("/journal/inclusion/1-0.json", 404),
        ("/journal/inclusion/3-2.json", 404),
        ("/journal/inclusion/1-4.json", 404),
        ("/journal/inclusion/4-3.json", 404),
        ("/journal/inclusion/999999999-999999999.json", 404),
        ("/journal/feuilles/0.json", 404),
        ("/journal/feuilles/4.json", 404),
    ],
)
def test_a_proof_that_does_not_exist_is_refused_in_french(monde: Editeur, visitor: Client, address: str, status: int) -> None:
    answer = visitor.get(address)
    assert (answer.status_code, answer["Cache-Control"], answer.json()["code"]) == (status, "no-store", "journal_listes.preuve_inexistante")
    assert "Journal" in answer.json()["message"]


@pytest.mark.parametrize(
    "address",
    [
        "/journal/consistance/01-3.json", "/journal/consistance/-1-3.json", "/journal/consistance/1-3000000000000.json",
        "/journal/consistance/²-3.json", f"/journal/feuilles/{'9' * 5000}.json", "/journal/inclusion/1-x.json",
        "/journal/cles/" + "0" * 64 + ".json", "/journal/cles/zz.json", "/crl/" + "0" * 64 + ".crl", "/crl/..%2f..%2fespace.toml",
        "/crl/" + "A" * 64 + ".crl", "/cles/inconnue.pem", "/cles/..%2ftemoin.pem", "/listes/4/", "/listes/0/", "/listes/4.xml",
    ],
)  # fmt: skip
def test_an_address_that_names_nothing_is_not_found(monde: Editeur, visitor: Client, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_every_page_shows_itself_with_landmarks_and_nothing_missing(monde: Editeur, visitor: Client) -> None:
    for address in PAGES:
        answer = visitor.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        for piece in ('<html lang="fr">', '<main id="contenu"', 'href="#contenu"', "<nav ", "<title>"):
            assert piece in text, (address, piece)
        assert len(re.findall("<h1", text)) == 1, address
        assert not re.search(r"\{[{%]|None\b", re.sub(r"<[^>]*>", "", text)), address
        for identifier in re.findall(r'<label for="([^"]+)"', text):
            assert f'id="{identifier}"' in text, (address, identifier)


def test_the_page_of_the_list_says_its_head_its_log_and_its_keys(monde: Editeur, visitor: Client) -> None:
    page = visitor.get("/liste/").content.decode()
    head = verify_tete(monde.head(), monde.policy, at=datetime.now(UTC)).tete
    for said in ("Liste n° 3", head.sha256, head.racine.hex(), "3 listes", "2 clés sur 3", "/cles/secours.pem", "Prochaine signature"):
        assert said in page, said


def test_every_list_is_shown_with_what_it_changed(monde: Editeur, visitor: Client) -> None:
    page = visitor.get("/listes/").content.decode()
    for said in ("3 listes ont été publiées", "1 retirée", "1 modifiée", "2 ajoutées", 'href="/listes/2.xml"'):
        assert said in page, said
    second = visitor.get("/listes/2/").content.decode()
    before, after = second.index("ST=Paris (75)"), second.index("ST=Rhône (69)")
    assert before < after
    assert "DN du certificat" in second
    assert "remplacée" in second
    third = visitor.get("/listes/3/").content.decode()
    assert "en vigueur" in third
    assert third.index(DB2) < third.index("db1.2.")
    assert "première liste" in visitor.get("/listes/1/").content.decode()


def test_two_lists_are_compared_both_ways(monde: Editeur, visitor: Client) -> None:
    there = visitor.get("/listes/comparer?de=1&vers=3").content.decode()
    back = visitor.get("/listes/comparer?de=3&vers=1").content.decode()
    assert re.search(r"<strong>1</strong> retirée\b.*<strong>1</strong> modifiée\b.*<strong>1</strong> ajoutée\b", there, re.DOTALL)
    old, new = dn(DB), dn(DB).replace("ST=Paris (75)", "ST=Rhône (69)")
    for page, before, after in ((there, old, new), (back, new, old)):
        assert f"<del>{before}</del>" in html.unescape(page)
        assert f"<ins>{after}</ins>" in html.unescape(page)
    assert "Aucune ligne ne change" in visitor.get("/listes/comparer?de=2&vers=2").content.decode()


@pytest.mark.parametrize("query", ["", "?de=1", "?de=1&vers=9", "?de=x&vers=1", "?de=-1&vers=1", "?de=²&vers=1", "?de=1&vers=" + "9" * 400])
def test_two_numbers_that_name_no_lists_are_refused_in_french(monde: Editeur, visitor: Client, query: str) -> None:
    answer = visitor.get(f"/listes/comparer{query}")
    assert (answer.status_code, "Il faut deux numéros" in answer.content.decode()) == (400, True)


def test_nothing_of_a_client_is_on_any_public_page_or_file(monde: Editeur, visitor: Client) -> None:
    espace_of_history = f"/historique?nom={DB}&instant={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for address in (*PAGES, *FILES, espace_of_history, espace_of_history.replace("/historique", "/api/liste-blanche/historique")):
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        text = html.unescape(answer.content.decode())
        for word in (CLIENT_CANARY, SITE_CANARY, SIREN, "passerelle1", "visionneuse1"):
            assert word not in text, (address, word)


@pytest.mark.peer("curl")
def test_the_commands_of_the_page_work_as_shown(monde: Editeur, visitor: Client, tmp_path: Path) -> None:
    found = re.search(r'<pre class="commande"[^>]*><code>(.*?)</code>', visitor.get("/liste/").content.decode(), re.DOTALL)
    assert found
    desk = tmp_path / "bureau"
    (desk / "autorites").mkdir(parents=True)
    for path in monde.espace.pki.anchors_dir.iterdir():
        if path.suffix != ".crl":
            (desk / "autorites" / path.name).write_bytes(path.read_bytes())
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_PROXY": "*"}
    with monde.espace.process("process", "pages"):
        subprocess.run(
            ["curl", "-sS", "--retry", "40", "--retry-delay", "1", "--retry-connrefused", f"{monde.espace.url}/sante"],
            check=True, timeout=60, capture_output=True, env=environment,
        )  # fmt: skip
        script = html.unescape(found[1])
        assert urlsplit(monde.espace.url).netloc in script
        done = subprocess.run(["bash", "-euc", script], cwd=desk, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert hashlib.sha256(monde.liste()).hexdigest() in done.stdout
    altered = (desk / "tete.json").read_bytes().replace(b'"payload":"', b'"payload":"A')
    (desk / "tete.json").write_bytes(altered)
    last = script[script.index("confiance verify") :]
    refused = subprocess.run(["bash", "-euc", last], cwd=desk, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1, refused.stdout + refused.stderr


def test_a_former_list_is_proved_by_the_command_of_the_guide(monde: Editeur, visitor: Client, tmp_path: Path) -> None:
    guide = (ROOT / "docs/guide/verifier-la-liste.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^confiance log inclusion .*$", guide, re.MULTILINE)
    for name, address in (
        ("inclusion.json", "/journal/inclusion/1-3.json"),
        ("ancienne.xml", "/listes/1.xml"),
        ("tete.json", "/tete.json"),
    ):
        (tmp_path / name).write_bytes(visitor.get(address).content)
    keys = {name: str(path) for name, path in monde.tete.cles.items()}
    words = command.replace("--head-key NOM=PEM", " ".join(f"--head-key {name}={path}" for name, path in keys.items())).split()
    run = [sys.executable, "-m", *words]
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode == 0
    (tmp_path / "ancienne.xml").write_bytes(visitor.get("/listes/2.xml").content)
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode == 1
