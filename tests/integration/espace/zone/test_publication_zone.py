# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From the Registre to real DNS servers: published is what every name server answers, and drift is seen before it is repaired."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from espace.alarmes import queries as alarmes
from espace.journal.models import Evenement
from espace.registre.models import CoupleFqdn, Pacs
from espace.zone import actions, queries
from espace.zone.adaptateurs.choix import adaptateur
from espace.zone.models import EcartZone, PublicationNom
from espace.zone.states import Etat, Travail
from tests.espace_dns import APEX, Knot, Secondary, ask, dns_port, serial_at
from tests.espace_donnees import NOW, ZONE, declare
from tests.espace_env import Environment

from .conftest import Essai, of_knot

DB, VI = f"db1.1.{ZONE}", f"vi1.1.{ZONE}"
WWW = f"www.{VI}"


def codes() -> set[str]:
    return {one.code for one in alarmes.open_alarms()}


def events(name: str) -> int:
    return Evenement.objects.filter(event=name).count()


def sabotage(server: Any, name: str, kind: str, text: str) -> None:
    """Change one record by another way than ours."""
    if isinstance(server, Knot):
        import dns.query
        import dns.tsig
        import dns.update

        update = dns.update.UpdateMessage(ZONE)
        update.delete(f"{name}.")
        update.add(f"{name}.", 60, kind, text)
        update.use_tsig(dns.tsig.Key("espace.banc", server.key, "hmac-sha256"))
        assert dns.query.tcp(update, "127.0.0.1", port=server.port, timeout=5).rcode() == 0
        return
    import json
    import urllib.request

    rrset = {"name": f"{name}.", "type": kind, "ttl": 60, "changetype": "REPLACE", "records": [{"content": text, "disabled": False}]}
    request = urllib.request.Request(
        f"{server.api.url}/api/v1/servers/localhost/zones/{ZONE}.",
        json.dumps({"rrsets": [rrset]}).encode(),
        {"X-API-Key": server.api.key, "Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        assert response.status == 204


def test_a_new_couple_is_to_publish_then_published_when_the_server_answers_its_three_names(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    (couple,) = declare()
    assert (essai.etat(couple).etat, essai.etat(couple).depuis) == (Etat.A_PUBLIER, couple.attribue_le)
    essai.turn()
    assert essai.etat(couple).etat is Etat.PUBLIEE
    assert queries.publiee(CoupleFqdn.objects.get(pk=couple.pk))
    assert [ask(server.port, name) for name in (DB, VI, WWW)] == [
        ["passerelle1.operateur.test."],
        ["visionneuse1.operateur.test."],
        ["visionneuse1.operateur.test."],
    ]
    assert essai.etat(couple).serial == serial_at(server.port)
    assert events("zone:noms:published") == 1
    assert queries.compte()[Etat.PUBLIEE] == 1
    assert (queries.etat_zone().code, queries.etat_zone().echecs) == ("", 0)


def test_a_target_that_the_registre_changes_is_written_again_with_a_later_serial(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    (couple,) = declare()
    essai.turn()
    before = serial_at(server.port)
    Pacs.objects.update(hote_vi="autre.operateur.test")
    assert essai.etat(couple).etat is Etat.A_PUBLIER
    declare()  # whatever moves the serial number of the Registre
    essai.turn()
    assert essai.etat(couple).etat is Etat.PUBLIEE
    assert (ask(server.port, VI), ask(server.port, WWW)) == (["autre.operateur.test."], ["autre.operateur.test."])
    assert serial_at(server.port) > before


def test_a_name_led_and_another_emptied_at_once_each_lose_their_other_records(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    gone = f"parti.{ZONE}"
    sabotage(server, DB, "TXT", '"x"')
    sabotage(server, gone, "TXT", '"x"')
    written = adaptateur(essai.settings, lambda _serial: None).write({DB: "passerelle1.operateur.test", gone: None}, 1)  # type: ignore[arg-type,return-value]  # never asked
    assert written == serial_at(server.port)
    assert (ask(server.port, DB), ask(server.port, gone)) == (["passerelle1.operateur.test."], [])


def test_without_www_the_third_name_leaves_the_zone(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    declare()
    essai.turn()
    essai.settings = essai.settings.model_copy(update={"www": False})
    essai.restart()
    essai.turn()
    assert ask(server.port, WWW) == []
    assert ask(server.port, VI) == ["visionneuse1.operateur.test."]
    assert not EcartZone.objects.exists()


def test_drift_is_found_shown_told_and_left_until_a_person_asks(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    (couple,) = declare()
    essai.turn()
    sabotage(server, DB, "CNAME", "pirate.test.")
    sabotage(server, f"intrus.{ZONE}", "A", "192.0.2.66")
    essai.horloge.pass_(minutes=16)
    essai.turn()
    assert [(one.nom, one.nature, one.trouve) for one in queries.ecarts()] == [
        (DB, "autre", "CNAME pirate.test"),
        (f"intrus.{ZONE}", "etranger", "A 192.0.2.66"),
    ]
    found = essai.etat(couple)
    assert (found.etat, "pirate.test" in found.detail) == (Etat.DERIVE, True)
    assert codes() == {"zone.derive"}
    assert ask(server.port, DB) == ["pirate.test."]

    demande = actions.demander(Travail.REPARER, auteur="agent", now=essai.horloge.now)
    essai.turn()
    assert ask(server.port, DB) == ["passerelle1.operateur.test."]
    assert essai.etat(couple).etat is Etat.PUBLIEE
    assert codes() == {"zone.derive"}  # the intruder is still there: only « nettoyer » takes it out
    answered = queries.demande(demande.pk)
    assert answered is not None
    assert answered.faite_le == essai.horloge.now

    actions.demander(Travail.NETTOYER, auteur="agent", now=essai.horloge.now)
    essai.turn()
    assert ask(server.port, f"intrus.{ZONE}", "A") == []
    assert (codes(), queries.ecarts().count()) == (set(), 0)


def test_an_address_put_in_the_place_of_a_name_is_replaced(publication: tuple[Essai, Any]) -> None:
    essai, server = publication
    sabotage(server, DB, "A", "192.0.2.66")
    (couple,) = declare()
    essai.turn()
    assert essai.etat(couple).etat is Etat.PUBLIEE
    assert (ask(server.port, DB), ask(server.port, DB, "A")) == (["passerelle1.operateur.test."], [])


@pytest.mark.peer("knot")
def test_a_name_taken_away_then_put_back_by_hand_settles_by_itself(essai: Essai, knot: Knot) -> None:
    (couple,) = declare()
    essai.turn()
    sabotage(knot, VI, "TXT", "x")
    essai.horloge.pass_(minutes=16)
    essai.turn()
    assert essai.etat(couple).etat is Etat.DERIVE
    sabotage(knot, VI, "CNAME", "visionneuse1.operateur.test.")
    essai.horloge.pass_(minutes=16)
    essai.turn()
    assert (essai.etat(couple).etat, codes(), events("zone:noms:settled")) == (Etat.PUBLIEE, set(), 1)


@pytest.mark.peer("knot")
def test_told_to_repair_by_itself_it_does_and_the_journal_says_so(espace: Environment, knot: Knot) -> None:
    essai = Essai(espace, of_knot(knot, repare_seul=True))
    declare()
    essai.turn()
    sabotage(knot, DB, "CNAME", "pirate.test.")
    essai.horloge.pass_(minutes=16)
    essai.turn()
    assert ask(knot.port, DB) == ["passerelle1.operateur.test."]
    assert (events("zone:noms:drifted"), events("zone:noms:repaired")) == (1, 1)


@pytest.mark.peer("knot")
def test_a_name_is_not_published_before_the_secondary_has_it(espace: Environment, tmp_path: Path) -> None:
    second_port = dns_port()
    with Knot(tmp_path / "primary") as primary:
        essai = Essai(espace, of_knot(primary, second_port))
        (couple,) = declare()
        essai.turn()
        waiting = essai.etat(couple)
        assert (waiting.etat, "serveur primaire" in waiting.detail) == (Etat.A_PUBLIER, True)
        assert ask(primary.port, DB) == ["passerelle1.operateur.test."]
        assert queries.etat_zone().code == "zone.dns_injoignable"
        written = PublicationNom.objects.get().serial

        with Knot(tmp_path / "second", primary=Secondary(primary.port, primary.key), port=second_port):
            essai.horloge.pass_(seconds=2)
            essai.turn()
        assert essai.etat(couple).etat is Etat.PUBLIEE
        assert serial_at(primary.port) == written  # it was checked again, not written again
        assert [one["serial"] for one in queries.etat_zone().serveurs] == [written, written]


@pytest.mark.peer("knot")
def test_a_secondary_that_stays_behind_is_told_after_a_while(espace: Environment, tmp_path: Path) -> None:
    with Knot(tmp_path / "primary") as primary, Knot(tmp_path / "alone") as alone:  # this one is told nothing
        essai = Essai(espace, of_knot(primary, alone.port))
        declare()
        essai.turn()
        assert (queries.etat_zone().code, codes()) == ("zone.serveur_en_retard", set())
        essai.horloge.pass_(seconds=61)
        essai.turn()
        assert codes() == {"zone.serveur_en_retard"}


@pytest.mark.peer("knot")
def test_a_dns_that_is_killed_delays_and_loses_nothing(essai: Essai, knot: Knot) -> None:
    (first,) = declare()
    essai.turn()
    knot.kill()
    (second,) = declare()
    for _ in range(3):
        essai.turn()
        essai.horloge.pass_(seconds=30)
    trouble = queries.etat_zone()
    assert (trouble.code, trouble.echecs) == ("zone.dns_injoignable", 3)
    assert essai.etat(first).etat is Etat.PUBLIEE
    essai.horloge.pass_(seconds=30)
    essai.turn()
    assert codes() == {"zone.dns_injoignable"}

    essai.restart()  # and the process too
    knot.start()
    essai.turn()
    assert essai.etat(second).etat is Etat.PUBLIEE
    assert (codes(), queries.etat_zone().code) == (set(), "")
    assert ask(knot.port, f"db1.2.{ZONE}") == ["passerelle1.operateur.test."]


@pytest.mark.peer("knot")
def test_a_clock_that_was_ahead_holds_back_neither_the_next_attempt_nor_the_next_comparison(essai: Essai, knot: Knot) -> None:
    essai.horloge.pass_(days=1)
    declare()
    essai.turn()
    compared = queries.etat_zone().comparee_le
    knot.kill()
    declare()
    essai.turn()
    essai.horloge.pass_(days=-1)
    essai.turn()
    assert (compared, queries.etat_zone().echecs) == (NOW + timedelta(days=1), 2)
    knot.start()
    essai.horloge.pass_(seconds=61)
    essai.turn()
    assert (queries.etat_zone().echecs, queries.etat_zone().comparee_le) == (0, essai.horloge.now)


@pytest.mark.peer("knot")
def test_between_two_attempts_nothing_is_asked_unless_a_person_asks(essai: Essai, knot: Knot) -> None:
    knot.kill()
    declare()
    essai.turn()
    essai.turn()
    assert queries.etat_zone().echecs == 1
    actions.demander(Travail.COMPARER, auteur="agent", now=essai.horloge.now)
    essai.turn()
    assert queries.etat_zone().echecs == 2


@pytest.mark.peer("knot")
def test_a_wrong_key_is_a_refusal_told_at_once_and_its_secret_is_nowhere(essai: Essai, knot: Knot) -> None:
    declare()
    knot.key_file.write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", encoding="utf-8")
    essai.turn()
    assert codes() <= {"zone.dns_refuse", "zone.dns_illisible"}
    assert codes()
    assert "QUFB" not in queries.etat_zone().detail


@pytest.mark.peer("knot")
def test_many_couples_are_published_by_batches(essai: Essai, knot: Knot) -> None:
    for _ in range(3):
        declare(40)
    essai.turn()
    assert queries.compte() == {Etat.A_PUBLIER: 0, Etat.PUBLIEE: 120, Etat.DERIVE: 0}
    assert ask(knot.port, f"www.vi40.3.{ZONE}") == ["visionneuse40.operateur.test."]


@pytest.mark.peer("knot")
def test_a_target_without_address_is_published_and_said(espace: Environment, tmp_path: Path) -> None:
    soa = "@ 300 SOA ns. hostmaster. 1 3600 600 1209600 60\n@ 300 NS ns.\n"
    hosts = {"operateur.test": f"$ORIGIN operateur.test.\n{soa}passerelle1 300 A 192.0.2.1\n", ZONE: APEX}
    with Knot(tmp_path / "knot", hosts) as knot:
        essai = Essai(espace, of_knot(knot, resolveur=f"127.0.0.1:{knot.port}"))
        (couple,) = declare()
        essai.turn()
        found = essai.etat(couple)
        assert (found.etat, found.detail) == (Etat.PUBLIEE, "« visionneuse1.operateur.test » n'a pas encore d'adresse")
