# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The page of the list, its banner on every page, and what a person settles there or at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from typer.testing import CliRunner

from banc.attaques.publication import Publication
from confiance.liste_blanche import RemovalGuard
from drimbox.cli import liste as cli_liste
from drimbox.socle.annuaire import jobs, queries
from drimbox.socle.annuaire.actions import refresh, review
from drimbox.socle.sante.queries import sante
from drimbox.web import alerte_liste
from tests.drimbox_env import DB, DB2, VI
from tests.integration.drimbox.annuaire.site import Publicateur, Site, change
from tests.integration.drimbox.console.test_pages import PASSWORD, account, post
from tests.integration.drimbox.partage.maille import Maille

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)
PAGE = "/console/liste-blanche"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.0)
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def person(drimbox: Any, tmp_path: Path) -> Client:
    """A person logged in; each request is made under the role of ``pages``."""
    client = Client(headers={"host": VI}, enforce_csrf_checks=True)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]), drimbox.role("pages"):  # a costly one
        assert account(drimbox, tmp_path)
        post(client, "/console/connexion", "/console/connexion", {"username": "camille", "password": PASSWORD})
    return client


def text(drimbox: Any, client: Client, path: str = PAGE) -> str:
    with drimbox.role("pages"):
        answer = client.get(path, secure=True)
        assert answer.status_code == 200
        return answer.content.decode()


def press(drimbox: Any, client: Client, path: str, values: dict[str, str]) -> None:
    with drimbox.role("pages"):
        assert post(client, f"{PAGE}/{path}", PAGE, values).status_code == 302


def asked(drimbox: Any) -> list[tuple[str, dict[str, str]]]:
    """Jobs that wait, with what they carry."""
    return [(name.rpartition(".")[2], args) for name, args in drimbox.sql("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")]


def test_the_page_is_for_those_who_logged_in(drimbox: Any) -> None:
    with drimbox.role("pages"):
        client = Client(headers={"host": VI})
        assert client.get(PAGE, secure=True).status_code == 302
        assert client.post(f"{PAGE}/accepter-retrait", {"sha256": "0" * 64}, secure=True).status_code == 302
        assert client.post(f"{PAGE}/recommencer-tetes", {"confirme": "oui"}, secure=True).status_code == 302
    assert asked(drimbox) == []


def test_the_page_shows_list_head_addresses_and_crls(drimbox: Any, person: Client, with_keys: Publicateur) -> None:
    data = with_keys.publish(DB, at=NOW)
    assert refresh(NOW + MINUTE).ok
    shown = text(drimbox, person)
    liste = queries.current(NOW + MINUTE)
    assert data
    for expected in (liste.sha256, str(liste.signer), with_keys.site.url("liste-blanche.xml"), "La Tête confirme la liste.", "À jour"):
        assert expected in shown
    assert "dossier des autorités" in shown
    assert 'role="alert"' not in shown


@pytest.mark.parametrize(
    ("days", "console", "conso"), [(4, "est ancienne", "est ancienne"), (8, "Aucune Liste Blanche en vigueur", "ne dispose plus")]
)
@pytest.mark.parametrize("path", ["/console/", "/console/journal", "/psc/deconnecte"])
def test_an_old_list_is_told_on_every_page(
    drimbox: Any, person: Client, maille: Maille, monkeypatch: pytest.MonkeyPatch, path: str, days: int, console: str, conso: str
) -> None:
    maille.publish(DB, at=NOW)
    words = console if "console" in path else conso
    assert words not in text(drimbox, person, path)
    monkeypatch.setattr(alerte_liste, "timezone", SimpleNamespace(now=lambda: NOW + timedelta(days=days)))
    assert words in text(drimbox, person, path)


def test_a_mass_removal_waits_for_a_person_who_sees_the_names(
    drimbox: Any, person: Client, maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confiance.liste_blanche.trusted.ReaderSettings.__init__", _strict)
    site.files["liste-blanche.xml"] = maille.signed_list(DB, DB2, at=NOW)
    refresh(NOW)
    site.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW + MINUTE)
    assert refresh(NOW + 2 * MINUTE).code == "liste_blanche.retrait_massif"
    shown = text(drimbox, person)
    sha256 = queries.open_alarms()[0].detail.splitlines()[0]
    assert DB2 in shown
    assert sha256 in shown
    press(drimbox, person, "accepter-retrait", {"sha256": sha256})
    assert asked(drimbox) == [("accept_removal", {"sha256": sha256})]
    monkeypatch.setattr(timezone, "now", lambda: NOW + 3 * MINUTE)
    jobs.accept_removal(sha256="f" * 64)
    assert set(queries.current(NOW + 3 * MINUTE).names) == {DB, DB2}, "the word of a person is for one list"
    jobs.accept_removal(sha256=sha256)
    assert set(queries.current(NOW + 3 * MINUTE).names) == {DB}
    assert queries.open_alarms() == []


def _strict(self: Any) -> None:
    from confiance.liste_blanche import FreshnessLimits

    object.__setattr__(self, "freshness", FreshnessLimits())
    object.__setattr__(self, "removal", RemovalGuard(fraction=0.0, floor=0))


def test_a_clock_that_went_back_is_settled_by_a_person(
    drimbox: Any, person: Client, maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    refresh(NOW + timedelta(hours=20))
    assert refresh(NOW + MINUTE).code == "liste_blanche.horloge"
    assert "Cette heure est la bonne" in text(drimbox, person)
    press(drimbox, person, "horloge", {})
    assert [name for name, _ in asked(drimbox)] == ["acknowledge_clock_now"]
    monkeypatch.setattr(timezone, "now", lambda: NOW + 2 * MINUTE)
    jobs.acknowledge_clock_now()
    assert queries.open_alarms() == []
    assert queries.last_releves(1)[0].code == ""


def test_a_time_before_the_signature_of_the_list_is_never_taken_as_right(
    maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    refresh(NOW + MINUTE)
    monkeypatch.setattr(timezone, "now", lambda: NOW - timedelta(days=1))
    jobs.acknowledge_clock_now()
    assert queries.last_releves(1)[0].code == "liste_blanche.horloge"
    assert not maille.journal("annuaire:horloge:acknowledged")


def test_only_alarms_that_a_person_closes_can_be_closed(drimbox: Any, person: Client, maille: Maille, site: Site) -> None:
    review(NOW)
    assert {alarme.code for alarme in queries.open_alarms()} >= {"liste_ancienne"}
    press(drimbox, person, "acquitter", {"code": "liste_ancienne"})
    assert asked(drimbox) == []
    jobs.acknowledge_alarm_now(code="liste_ancienne")
    assert {alarme.code for alarme in queries.open_alarms()} >= {"liste_ancienne"}


@pytest.fixture
def commands(drimbox: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``drimbox liste-blanche``, in this process, where Django is set up already."""
    monkeypatch.setattr(cli_liste, "begin", lambda _config, _process: None)
    return lambda *words: CliRunner().invoke(cli_liste.app, list(words))


def test_two_gateways_that_were_told_two_truths_find_it_by_comparing(
    drimbox: Any, person: Client, with_keys: Publicateur, commands: Any, tmp_path: Path
) -> None:
    with_keys.publish(DB, at=NOW)
    fork = with_keys.publication.fork()
    refresh(NOW + MINUTE)
    (tmp_path / "same.json").write_bytes(sante(NOW + MINUTE).to_json())
    other = json.loads(sante(NOW + MINUTE).to_json())
    fork.tetes.clear()
    fork.payloads.clear()
    liar = fork.tete(NOW, retrait_massif=True)
    assert liar != with_keys.site.files["tete.json"]
    from confiance.transparence import sha256_of

    other["liste_blanche"]["tete"]["sha256"] = sha256_of(fork.payloads[-1])
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert commands("comparer", str(tmp_path / "same.json")).exit_code == 0
    assert queries.open_alarms() == []
    found = commands("comparer", str(tmp_path / "same.json"), str(tmp_path / "other.json"))
    assert found.exit_code == 1
    assert "other.json : deux Têtes différentes portent le même numéro" in found.output
    assert json.loads(sante(NOW + MINUTE).to_json())["liste_blanche"]["tete"]["etat"] == "equivoque"
    assert "le publicateur s" in text(drimbox, person, "/console/")
    refresh(NOW + 2 * MINUTE)
    assert [alarme.code for alarme in queries.open_alarms()] == ["tete_equivoque"]
    assert commands("acquitter", "tete_equivoque").exit_code == 0
    assert queries.open_alarms() == []


def test_heads_are_followed_anew_when_a_person_confirms_it(
    drimbox: Any, person: Client, with_keys: Publicateur, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    with_keys.publication = Publication(journal="e" * 64)
    with_keys.publish(DB, DB2, at=NOW + 2 * MINUTE)
    refresh(NOW + 3 * MINUTE)
    assert "tete.autre_journal" in text(drimbox, person)
    press(drimbox, person, "recommencer-tetes", {})
    assert asked(drimbox) == [], "nothing is begun again without the word of a person"
    press(drimbox, person, "recommencer-tetes", {"confirme": "oui"})
    assert asked(drimbox) == [("restart_tetes_now", {})]
    monkeypatch.setattr(timezone, "now", lambda: NOW + 4 * MINUTE)
    jobs.restart_tetes_now()
    shown = text(drimbox, person)
    assert "La Tête confirme la liste." in shown
    assert "tete.autre_journal" not in shown
    assert "Suivi des Têtes recommencé" in text(drimbox, person, "/console/journal")


def test_the_command_line_follows_heads_anew_when_it_is_confirmed(with_keys: Publicateur, commands: Any) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    assert commands("recommencer-tetes").exit_code == 1
    assert not with_keys.maille.journal("annuaire:tete:restarted")
    done = commands("recommencer-tetes", "--oui")
    assert (done.exit_code, '"code": ""' in done.output) == (0, True)
    assert with_keys.maille.journal("annuaire:tete:restarted")


def test_without_keys_there_is_no_button_to_begin_again(drimbox: Any, person: Client, maille: Maille) -> None:
    maille.publish(DB, at=NOW)
    assert "Recommencer le suivi" not in text(drimbox, person)


def test_the_command_line_accepts_a_removal_for_one_digest_only(
    maille: Maille, site: Site, commands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confiance.liste_blanche.trusted.ReaderSettings.__init__", _strict)
    monkeypatch.setattr(timezone, "now", lambda: NOW + 2 * MINUTE)
    site.files["liste-blanche.xml"] = maille.signed_list(DB, DB2, at=NOW)
    assert '"result": "nouvelle"' in commands("relever").output
    site.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW + MINUTE)
    assert commands("accepter-retrait", "0" * 64).exit_code == 1
    sha256 = queries.open_alarms()[0].detail.splitlines()[0]
    assert commands("accepter-retrait", sha256).exit_code == 0
    assert commands("accepter-retrait", "no digest").exit_code == 1
    assert set(queries.current(NOW + 2 * MINUTE).names) == {DB}


def test_a_health_answer_that_cannot_be_read_is_said(commands: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    assert commands("comparer", str(tmp_path / "bad.json")).exit_code == 1
    assert commands("comparer", str(tmp_path / "absent.json")).exit_code == 1


FORBIDDEN = (
    "UPDATE annuaire_miroir SET etag = ''",
    "DELETE FROM annuaire_alarme",
    "INSERT INTO annuaire_tete_en_vigueur (id) VALUES (1)",
    "DELETE FROM annuaire_liste_revocation",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("process", ["images", "pages", "reception"])
def test_only_the_worker_writes_what_is_trusted_and_what_rings(drimbox: Any, process: str, statement: str) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        drimbox.sql(statement, role=process)


def test_settings_that_no_head_could_satisfy_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from django.conf import settings
    from pydantic import ValidationError

    from drimbox.config import ListeBlanche

    given = settings.DRIMBOX.liste_blanche.model_dump()
    with pytest.raises(ValidationError, match="tete_cles"):
        ListeBlanche(**{**given, "tete_cles": {"a": tmp_path / "a.pem"}, "tete_seuil": 2})
    with pytest.raises(ValidationError, match="tete_urls"):
        ListeBlanche(**{**given, "tete_urls": ("a", "b", "c")})
    change(monkeypatch, tete_cles={"a": tmp_path / "absent.pem", "b": tmp_path / "absent.pem"})
    from confiance.transparence.refusals import TeteClesInvalides
    from drimbox.socle.annuaire import tetes

    with pytest.raises(TeteClesInvalides):
        tetes.policy(settings.DRIMBOX.liste_blanche)
