# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pure parts of the publication: comparison, serial numbers, retries, master file, transfer, and what the API of PowerDNS says."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import dns.message
import dns.opcode
import dns.query
import dns.rdatatype
import dns.xfr
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from espace.config import Soa, Zone
from espace.config_zone import Controle, PowerDns
from espace.zone.adaptateurs.port import later, next_after
from espace.zone.adaptateurs.powerdns import parse_zone
from espace.zone.ecarts import Contenu, compare
from espace.zone.errors import DnsIllisible, DnsInjoignable, DnsRefuse
from espace.zone.fichier import lines
from espace.zone.noms import NomDeZone
from espace.zone.reprise import Panne, after
from espace.zone.states import Nature
from espace.zone.transfert import allowed, asked, messages, notice
from espace.zone.vue import build

ZONE = "mesimagesmedicales.fr"
NS = f"ns1.{ZONE}"
SETTINGS = Zone(name=ZONE, nameservers=(NS,), addresses={NS: ("192.0.2.1", "2001:db8::1")}, caa=('0 issue "ca.test"',), soa=Soa(minimum=30))
NAMES = [
    NomDeZone(f"db1.349.{ZONE}", "passerelle.operateur.test", False),
    NomDeZone(f"vi1.349.{ZONE}", "visionneuse.operateur.test", False, visionneuse=True),
    NomDeZone(f"db1.350.{ZONE}", "ancienne.operateur.test", True),
]
VIEW = build(SETTINGS, NAMES, 2026112201)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DB = f"db1.349.{ZONE}"


def held(**records: set[tuple[str, str]]) -> Contenu:
    return Contenu(1, {f"{name.replace('_', '.')}.{ZONE}": frozenset(found) for name, found in records.items()})


def test_the_vi_name_has_a_www_name_and_the_setting_takes_it_away() -> None:
    assert VIEW.cnames[f"www.vi1.349.{ZONE}"] == "visionneuse.operateur.test"
    assert f"www.{DB}" not in VIEW.cnames
    assert f"www.vi1.349.{ZONE}" not in build(SETTINGS.model_copy(update={"www": False}), NAMES, 1).cnames


def test_a_zone_that_says_what_the_registre_says_has_no_difference() -> None:
    found = held(db1_349={("CNAME", "a.test"), ("RRSIG", "CNAME 13 …")})
    assert compare({DB: "a.test", f"www.{DB}": None}, found, apex=ZONE) == []


@pytest.mark.parametrize(
    ("records", "nature", "trouve"),
    [
        ({}, Nature.MANQUANT, ""),
        ({"db1_349": {("CNAME", "pirate.test")}}, Nature.AUTRE, "CNAME pirate.test"),
        ({"db1_349": {("CNAME", "a.test"), ("TXT", '"x"')}}, Nature.AUTRE, 'CNAME a.test, TXT "x"'),
        ({"db1_349": {("CNAME", "a.test")}, "db9_9": {("A", "192.0.2.9")}}, Nature.ETRANGER, "A 192.0.2.9"),
    ],
)
def test_each_kind_of_difference_is_named_with_what_was_found(
    records: dict[str, set[tuple[str, str]]], nature: Nature, trouve: str
) -> None:
    (one,) = compare({DB: "a.test"}, held(**records), apex=ZONE)
    assert (one.nature, one.trouve) == (nature, trouve)


def test_a_name_that_must_hold_nothing_and_holds_something_differs() -> None:
    (one,) = compare({DB: None}, held(db1_349={("CNAME", "a.test")}), apex=ZONE)
    assert (one.nature, one.attendu) == (Nature.AUTRE, "")


def test_the_apex_and_the_names_wanted_elsewhere_are_not_drift() -> None:
    found = Contenu(1, {ZONE: frozenset({("MX", "10 mail.test.")}), f"www.{ZONE}": frozenset({("A", "192.0.2.1")})})
    assert compare({}, found, apex=ZONE, hors={f"www.{ZONE}"}) == []


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_the_next_serial_is_always_seen_as_later(wanted: int, present: int) -> None:
    assert later(next_after(wanted, present), present)


def test_serial_numbers_turn_around() -> None:
    assert later(1, 2**32 - 1)
    assert not later(2**32 - 1, 1)
    assert not later(5, 5)


def test_delays_double_up_to_their_maximum_and_the_first_instant_is_kept() -> None:
    settings, panne, delays = Controle(retry_seconds=1, retry_max_seconds=10), None, []
    for minute in range(6):
        now = NOW + timedelta(minutes=minute)
        panne = after(panne, DnsInjoignable(), now, settings)
        delays.append((panne.prochain - now).total_seconds())
    assert panne is not None
    assert (delays, panne.depuis, panne.echecs) == ([1, 2, 4, 8, 10, 10], NOW, 6)


def test_an_attempt_set_by_a_clock_that_was_ahead_is_made_now_and_the_silence_is_told_in_time() -> None:
    settings = Controle(retry_max_seconds=300, alarme_seconds=60)
    panne = after(None, DnsInjoignable(), NOW + timedelta(days=1), settings)
    assert not panne.is_waiting(NOW, settings)
    assert panne.is_waiting(panne.prochain - timedelta(seconds=300), settings)
    assert not panne.is_waiting(panne.prochain, settings)
    again = after(panne, DnsInjoignable(), NOW, settings)
    assert again.is_alarming(NOW + timedelta(seconds=60), settings)


def test_a_silence_is_told_after_a_while_and_a_refusal_at_once() -> None:
    settings = Controle(alarme_seconds=60)
    silent = Panne(DnsInjoignable(), NOW, 1, NOW)
    assert not silent.is_alarming(NOW + timedelta(seconds=59), settings)
    assert silent.is_alarming(NOW + timedelta(seconds=60), settings)
    assert Panne(DnsRefuse(), NOW, 1, NOW).is_alarming(NOW, settings)


def test_the_master_file_is_read_by_dnspython_as_the_zone() -> None:
    zone = dns.zone.from_text("".join(lines(VIEW)), origin=None, relativize=False)
    assert zone.get_soa().serial == 2026112201
    assert zone.find_rdataset(f"www.vi1.349.{ZONE}.", "CNAME")[0].to_text() == "visionneuse.operateur.test."
    assert {data.to_text() for data in zone.find_rdataset(f"{ZONE}.", "CAA")} == {'0 issue "ca.test"'}
    assert zone.get_node(f"db1.350.{ZONE}.") is None  # retired, without parking host
    assert len(zone.nodes) == 5  # apex, name server, db, vi, www.vi


def transfer(view: object = VIEW) -> dns.zone.Zone:
    """Read a transfer with the reader of dnspython."""
    zone = dns.zone.Zone(f"{ZONE}.", relativize=False)
    query, _ = dns.xfr.make_query(zone)
    with dns.xfr.Inbound(zone, dns.rdatatype.AXFR) as inbound:
        done = False
        for wire in messages(asked(query.to_wire(), VIEW), view):  # type: ignore[arg-type]  # a question, and a view
            assert len(wire) <= 65535
            done = inbound.process_message(dns.message.from_wire(wire, xfr=True, one_rr_per_rrset=True))
    assert done
    return zone


def test_a_transfer_is_the_zone() -> None:
    assert transfer() == dns.zone.from_text("".join(lines(VIEW)), origin=None, relativize=False)


def test_a_transfer_of_many_names_goes_in_several_messages() -> None:
    many = [NomDeZone(f"db{n}.{'x' * 60}.{ZONE}", f"{'h' * 60}.{'o' * 60}.test", False) for n in range(1, 1001)]
    assert len(transfer(build(SETTINGS, many, 7)).nodes) == 1002


@pytest.mark.parametrize(("name", "kind"), [(ZONE, "SOA"), (f"sub.{ZONE}", "AXFR"), ("example.com", "AXFR")])
def test_only_a_transfer_of_this_zone_is_one(name: str, kind: str) -> None:
    assert asked(dns.message.make_query(name, kind).to_wire(), VIEW) is None


@given(st.binary(max_size=80))
def test_bytes_that_are_no_question_ask_for_no_transfer(data: bytes) -> None:
    assert asked(data, VIEW) is None


@pytest.mark.parametrize(("peer", "said"), [("192.0.2.7", True), ("::ffff:192.0.2.7", True), ("192.0.2.8", False), ("", False)])
def test_only_a_listed_address_is_a_secondary(peer: str, said: bool) -> None:
    assert allowed(peer, [ip_address("192.0.2.7")]) is said


def test_the_notice_bears_the_serial_number() -> None:
    message = dns.message.from_wire(notice(VIEW))
    assert (message.opcode(), message.answer[0][0].serial) == (dns.opcode.NOTIFY, 2026112201)


def test_what_the_api_says_of_a_zone_is_read_and_disabled_records_are_not_there() -> None:
    rrset = {"name": f"{DB}.", "type": "CNAME", "records": [{"content": "A.test.", "disabled": False}, {"content": "b.", "disabled": True}]}
    found = parse_zone(json.dumps({"serial": 3, "edited_serial": 4, "rrsets": [rrset]}).encode(), "api")
    assert found == Contenu(4, {DB: frozenset({("CNAME", "a.test")})})


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["rrsets", "name", "type", "records", "content", "serial", "edited_serial"]), inner)
                | st.fixed_dictionaries({"serial": inner, "rrsets": st.lists(inner, max_size=2)})
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_another_shape_from_the_api_is_refused_in_our_words(body: bytes) -> None:
    try:
        found = parse_zone(body, "api")
    except DnsIllisible:
        return
    told = json.loads(body)
    assert found.serial == told.get("edited_serial", told.get("serial"))
    assert type(found.serial) is int
    assert found.records.keys() == {str(one["name"]).rstrip(".").lower() for one in told["rrsets"]}


@pytest.mark.parametrize("url", ["http://192.0.2.1:8081", "ftp://localhost", "https://localhost/api", "https://a@localhost"])
def test_an_address_where_the_key_would_be_seen_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        PowerDns(url=url, api_key="k")


def test_an_adapter_without_its_table_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"zone\.rfc2136"):
        Zone(name=ZONE, nameservers=("ns.test",), adaptateur="rfc2136")


def test_the_master_file_holds_no_relative_name() -> None:
    records = [line.split() for line in io.StringIO("".join(lines(VIEW))) if not line.startswith("$")]
    assert [words for words in records if not words[0].endswith(".")] == []
    led = [words for words in records if words[3] in ("CNAME", "NS", "SOA")]
    assert {words[3] for words in led} == {"CNAME", "NS", "SOA"}
    assert [words for words in led if not words[4].endswith(".")] == []
