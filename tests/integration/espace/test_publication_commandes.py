# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The publisher as a person at the keyboard meets it: real processes, real commands, real files."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from confiance.liste_blanche import read_unverified
from confiance.transparence import TetePolicy, verify_tete
from espace.liste_blanche import actions, queries
from espace.registre.states import Motif
from tests.espace_donnees import dn, integrate
from tests.espace_env import Environment
from tests.espace_tetes import head_settings, new_signer

EVENT = re.compile(r'"event": "([a-z:_]+)"')
DB = "db1.1.mesimagesmedicales.fr"
ABSENT = "db9.9.mesimagesmedicales.fr"


@pytest.fixture
def tete(tmp_path: Path) -> dict[str, str]:
    """Variables that give the Espace its keys of heads."""
    return {"DRIMM_LISTE_BLANCHE__TETE": head_settings(tmp_path / "cles").model_dump_json()}


def answer(espace: Environment, *arguments: str, code: int = 0, **variables: str) -> Any:
    done = espace.run(*arguments, "--json", **variables)
    assert done.returncode == code, done.stderr + done.stdout
    return json.loads(done.stdout)


def names(espace: Environment) -> set[str]:
    return {row.db for row in read_unverified((espace.publication / "liste-blanche.xml").read_bytes()).domaines}


def test_an_exclusion_reaches_the_public_file_although_the_signataire_polls_rarely(espace: Environment) -> None:
    integrate(2, now=datetime.now(UTC))
    with espace.process("process", "signataire", DRIMM_LISTE_BLANCHE__POLL_SECONDS="3000"):
        espace.wait_until(lambda: "signataire:process:ready" in espace.logs)
        actions.demander_publication(auteur="essai", now=datetime.now(UTC))
        espace.wait_until((espace.publication / "liste-blanche.xml").exists)
        decided = time.monotonic()
        actions.exclude_and_publish(DB, Motif.CYBER, auteur="essai", now=datetime.now(UTC))
        espace.wait_until(lambda: DB not in names(espace))
        print(f"decision to public file: {time.monotonic() - decided:.2f} s")
    assert queries.current().sequence == 2  # type: ignore[union-attr]


def test_the_spare_key_signs_by_hand_what_the_lost_one_cannot(espace: Environment, tete: dict[str, str], tmp_path: Path) -> None:
    integrate(now=datetime.now(UTC))
    values = json.loads(tete["DRIMM_LISTE_BLANCHE__TETE"])
    lost = {"DRIMM_LISTE_BLANCHE__TETE": json.dumps({**values, "signataire": {}})}
    with espace.process("process", "signataire", **lost), espace.process("process", "temoin", **lost):
        assert answer(espace, "publier", **lost)["sequence"] == 1
        espace.wait_until(lambda: answer(espace, "liste", "tete", "etat", **lost)["signee_par"] == ["temoin"])
        assert espace.run("liste", "tete", "charge", "--sortie", str(tmp_path / "charge.json"), **lost).returncode == 0
        again = espace.run("liste", "tete", "charge", "--sortie", str(tmp_path / "charge.json"), **lost)
        assert (again.returncode, "tete.fichier" in again.stderr) == (1, True)
        key, made = tmp_path / "cles/secours.key", tmp_path / "signature.json"
        by_hand = ("liste", "tete", "cosigner", str(tmp_path / "charge.json"), "--id", "secours", "--cle", str(key), "--sortie", str(made))
        signed = espace.run(*by_hand, DRIMM_CONFIG="/absent.toml")
        assert "liste n° 1" in signed.stdout, signed.stderr
        assert answer(espace, "liste", "tete", "deposer", str(made), **lost) == {"numero": 1, "cle": "secours"}
        espace.wait_until((espace.publication / "tete.json").exists)
    pems = {name: Path(path).read_bytes() for name, path in values["cles"].items()}
    verified = verify_tete((espace.publication / "tete.json").read_bytes(), TetePolicy.from_pem(pems, 2), at=datetime.now(UTC))
    assert verified.signed_by == {"secours", "temoin"}
    refused = espace.run("liste", "tete", "deposer", str(made), **lost)
    assert (refused.returncode, "tete.aucune" in refused.stderr) == (1, True)


def test_a_second_person_answers_from_the_keyboard(espace: Environment) -> None:
    integrate(now=datetime.now(UTC))
    rule = {"DRIMM_LISTE_BLANCHE__DEUX_PERSONNES": "always"}
    with espace.process("process", "signataire", **rule):
        asked = actions.demander_publication(auteur="agent", now=datetime.now(UTC))
        espace.wait_until(lambda: queries.to_approve().exists())
        shown = answer(espace, "liste", "a-approuver")
        assert [one["demande"] for one in shown["demandes"]] == [asked.pk]
        assert shown["changements"] == [f"+ {DB}  {dn(DB)}"]
        wrong = espace.run("liste", "approuver", str(asked.pk), "--lignes", "0" * 64)
        assert (wrong.returncode, "publication.approbation_refusee" in wrong.stderr) == (1, True)
        rows = shown["demandes"][0]["lignes_sha256"]
        assert answer(espace, "liste", "approuver", str(asked.pk), "--lignes", rows)["avis"] == "approuve"
        espace.wait_until(lambda: queries.outcome(asked.pk) is not None)
        assert queries.current().sequence == 1  # type: ignore[union-attr]
        integrate(now=datetime.now(UTC))
        mine = answer(espace, "publier")
        assert mine["etat"] == "attente"
        alone = espace.run("liste", "approuver", str(mine["demande"]))
        assert (alone.returncode, "autre compte" in alone.stderr) == (1, True)


def test_alarms_and_the_past_are_read_and_closed_from_the_keyboard(espace: Environment) -> None:
    integrate(now=datetime.now(UTC))
    with espace.process("process", "signataire", DRIMM_LISTE_BLANCHE__NAMESPACE="https://exemple.test/autre"):
        assert answer(espace, "publier")["sequence"] == 1
    later = f"{datetime.now(UTC) + timedelta(seconds=2):%Y-%m-%dT%H:%M:%S}+00:00"
    found = answer(espace, "liste", "presence", DB, later)
    assert (found["presente"], found["dns"], found["sequence"]) == (True, [dn(DB)], 1)
    assert answer(espace, "liste", "presence", ABSENT, later, code=1)["dns"] == []
    foreign = {"DRIMM_LISTE_BLANCHE__SIGNER__KEY": str(espace.pki.other_signer.key)}
    with espace.process("process", "signataire", **foreign):
        assert answer(espace, "publier", code=1)["code"] == "signature.cle"
    (alarm,) = answer(espace, "liste", "alarmes")["alarmes"]
    assert alarm["code"] == "signature.cle"
    assert answer(espace, "liste", "alarmes", "--fermer", str(alarm["alarme"]))["alarmes"] == []


def test_the_calendar_and_the_drill_are_commands(espace: Environment) -> None:
    integrate(now=datetime.now(UTC))
    year = datetime.now(UTC).year
    alone = answer(espace, "liste", "signataire", "calendrier")
    assert [one["dn"] for one in alone["signataires"]] == [str(espace.pki.list_signer.dn)]
    assert espace.run("liste", "signataire", "exercice").returncode == 1
    following = new_signer(espace.pki, "commande", datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 5, 1, 1, tzinfo=UTC), cn="Suivant")
    following = following.model_copy(update={"since": datetime(year + 1, 1, 1, tzinfo=UTC)})
    both = {"DRIMM_LISTE_BLANCHE__NEXT_SIGNERS": json.dumps([json.loads(following.model_dump_json(exclude_none=True))])}
    assert [one["annonce"] for one in answer(espace, "liste", "signataire", "calendrier", **both)["signataires"]] == [None, None]
    drill = answer(espace, "liste", "signataire", "exercice", **both)
    assert (drill["pret"], [one["accepte"] for one in drill["lectures"]]) == (True, [False, True])
    assert queries.current() is None
    assert not espace.publication.exists() or not any(espace.publication.iterdir())


def test_a_new_pair_of_keys_is_made_and_never_overwritten(espace: Environment, tmp_path: Path) -> None:
    made = espace.run("liste", "tete", "cle", "temoin-2", "--dossier", str(tmp_path))
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "temoin-2.key").stat().st_mode & 0o777 == 0o600
    TetePolicy.from_pem({"temoin-2": (tmp_path / "temoin-2.pub").read_bytes()}, 1)
    assert espace.run("liste", "tete", "cle", "temoin-2", "--dossier", str(tmp_path)).returncode == 1
    assert espace.run("liste", "tete", "cle", "../x", "--dossier", str(tmp_path)).returncode == 2
    assert "tete.non_configuree" in espace.run("liste", "tete", "etat").stderr


def test_processes_without_work_wait_for_their_end(espace: Environment) -> None:
    former = len(espace.logs)  # of other tests
    with espace.process("process", "temoin") as temoin, espace.process("process", "depot") as depot:
        espace.wait_until(lambda: {"temoin:process:ready", "depot:process:ready"} <= set(EVENT.findall(espace.logs[former:])))
        for process in (temoin, depot):
            assert process.poll() is None
            process.terminate()
            assert process.wait(15) == 0
