# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""CAA of a name and of the host where it leads, asked of a real server as a CA asks them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from espace.zone.caa import Constat, constat
from espace.zone.errors import DnsInjoignable, NomNonServi
from espace.zone.resolution import Resolveur, ask, remark
from tests.espace_dns import Knot
from tests.espace_donnees import ZONE

pytestmark = pytest.mark.peer("knot")
VI = f"vi1.1.{ZONE}"
_SOA = "@ 300 SOA ns. hostmaster. 1 3600 600 1209600 60\n@ 300 NS ns.\n"
ZONES = {
    ZONE: f"""$ORIGIN {ZONE}.
{_SOA}@ 300 CAA 0 issue "etat.test"
@ 300 CAA 0 iodef "mailto:securite@etat.test"
vi1.1 300 CNAME hote.operateur.test.
vi2.1 300 CNAME libre.operateur.test.
vi3.1 300 CNAME ferme.operateur.test.
vi4.1 300 CNAME tourne.operateur.test.
vi5.1 300 CNAME plusieurs.operateur.test.
vi6.1 300 CNAME critique.operateur.test.
""",
    "operateur.test": f"""$ORIGIN operateur.test.
{_SOA}@ 300 CAA 0 issue "parent.test"
hote 300 CAA 0 issue "marche.test"
hote 300 CAA 0 issuewild ";"
hote 300 A 192.0.2.10
libre 300 A 192.0.2.11
ferme 300 CAA 0 issue ";"
tourne 300 CNAME rond.operateur.test.
rond 300 CNAME tourne.operateur.test.
plusieurs 300 CAA 0 issue "b.test; validationmethods=http-01"
plusieurs 300 CAA 0 issue "a.test"
critique 300 CAA 128 avenir "x"
retour 300 CNAME vi1.1.{ZONE}.
""",
}


@pytest.fixture(scope="module")
def resolveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolveur]:
    with Knot(tmp_path_factory.mktemp("caa") / "knot", ZONES) as knot:
        yield Resolveur("127.0.0.1", knot.port, timeout=2.0, total=6.0)


def told(nom: str, resolveur: Resolveur) -> tuple[Constat, str]:
    found = constat(nom, resolveur)
    return found, "\n".join(found.phrases)


def test_the_caa_of_the_target_hold_for_the_national_name(resolveur: Resolveur) -> None:
    found, sentences = told(VI, resolveur)
    assert (found.cible, found.autorites, found.libre) == ("hote.operateur.test", ("marche.test",), False)
    assert {(one.trouve_sur, one.porte_par) for one in found.lignes} == {(VI, "hote.operateur.test")}
    assert "marche.test (CAA de hote.operateur.test, où mène" in sentences


def test_a_target_without_caa_leaves_the_zone_to_say_and_not_its_own_parent(resolveur: Resolveur) -> None:
    found, sentences = told(f"vi2.1.{ZONE}", resolveur)
    assert found.autorites == ("etat.test",)
    assert {one.trouve_sur for one in found.lignes} == {ZONE}
    assert [one.valeur for one in found.cible_lignes] == ["parent.test"]
    assert "d'autres CAA valent : operateur.test" in sentences


def test_a_target_that_forbids_every_ca_is_told(resolveur: Resolveur) -> None:
    found, sentences = told(f"vi3.1.{ZONE}", resolveur)
    assert (found.libre, found.autorites) == (False, ())
    assert "Aucune AC ne peut émettre" in sentences


def test_several_authorities_are_all_named_without_their_parameters(resolveur: Resolveur) -> None:
    assert told(f"vi5.1.{ZONE}", resolveur)[0].autorites == ("a.test", "b.test")


def test_an_unknown_critical_tag_is_told(resolveur: Resolveur) -> None:
    assert "critique inconnue" in told(f"vi6.1.{ZONE}", resolveur)[1]


def test_aliases_that_turn_round_end_and_the_zone_says(resolveur: Resolveur) -> None:
    assert told(f"vi4.1.{ZONE}", resolveur)[0].autorites == ("etat.test",)
    assert ask("tourne.operateur.test", "A", resolveur).boucle


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("hote.operateur.test", ""),
        ("absent.operateur.test", "n'a pas encore d'adresse"),
        ("tourne.operateur.test", "tournent en rond"),
        ("retour.operateur.test", f"revient dans la zone, sur {VI}"),
    ],
)
def test_what_is_to_know_of_a_target_is_said(resolveur: Resolveur, host: str, said: str) -> None:
    assert said in remark(host, ZONE, resolveur)
    assert bool(said) is bool(remark(host, ZONE, resolveur))


def test_a_name_that_the_resolver_refuses_is_not_said_to_be_free(resolveur: Resolveur) -> None:
    with pytest.raises(NomNonServi):
        constat("ailleurs.test", resolveur)


def test_a_silent_resolver_is_waited_for_no_longer_than_said() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        with pytest.raises(DnsInjoignable):
            constat(VI, Resolveur("127.0.0.1", mute.getsockname()[1], timeout=0.2, total=0.3))
