# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers of the authoritative server, on bytes."""

from __future__ import annotations

from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update
import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.config import Soa, Zone
from espace.zone.noms import NomDeZone
from espace.zone.reponse import HEADER, UDP_EDNS, UDP_PLAIN, Transport, answer
from espace.zone.vue import ZoneInvalide, build

ZONE = "mesimagesmedicales.fr"
SERVERS = tuple(f"ns{n}.{ZONE}" for n in range(1, 4))
SETTINGS = Zone(
    name=ZONE,
    nameservers=SERVERS,
    addresses={SERVERS[0]: ("192.0.2.1", "2001:db8::1"), SERVERS[1]: ("192.0.2.2",), SERVERS[2]: ("192.0.2.3",)},
    caa=('0 issue "ca.test"',),
    parking="parking.test",
    soa=Soa(minimum=30),
)
NAMES = [
    NomDeZone(f"db1.349.{ZONE}", "passerelle.operateur.test", False),
    NomDeZone(f"vi1.349.{ZONE}", "visionneuse.operateur.test", False),
    NomDeZone(f"db1.350.{ZONE}", "ancienne.operateur.test", True),
]
VIEW = build(SETTINGS, NAMES, 2026112201)


def ask(name: str, kind: str = "A", *, transport: Transport = Transport.UDP, view: Any = VIEW, **options: Any) -> dns.message.Message:
    query = dns.message.make_query(name, kind, **options)
    return dns.message.from_wire(answer(query.to_wire(), view, transport=transport))


@pytest.mark.parametrize("kind", ["A", "AAAA", "CNAME", "TXT", "ANY", "HTTPS", "CAA"])
def test_a_name_answers_its_cname_whatever_is_asked(kind: str) -> None:
    response = ask(f"db1.349.{ZONE}", kind)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & dns.flags.AA
    assert not response.flags & dns.flags.RA
    assert [rrset.to_text() for rrset in response.answer] == [f"db1.349.{ZONE}. 300 IN CNAME passerelle.operateur.test."]


def test_the_case_of_the_question_is_given_back() -> None:
    response = ask(f"Db1.349.{ZONE.upper()}")
    assert response.question[0].name.to_text().startswith("Db1.349.MES")
    assert response.answer[0].rdtype == dns.rdatatype.CNAME


def test_a_retired_name_leads_to_the_parking_host() -> None:
    assert ask(f"db1.350.{ZONE}").answer[0][0].to_text() == "parking.test."


def test_a_retired_name_without_parking_host_exists_and_is_empty() -> None:
    response = ask(f"db1.350.{ZONE}", view=build(SETTINGS.model_copy(update={"parking": None}), NAMES, 1))
    assert (response.rcode(), len(response.answer)) == (dns.rcode.NOERROR, 0)


@pytest.mark.parametrize("name", [f"db2.349.{ZONE}", f"db1.351.{ZONE}", f"www.{ZONE}", f"x.db1.349.{ZONE}"])
def test_an_unknown_name_is_nxdomain_with_the_soa(name: str) -> None:
    response = ask(name)
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert response.authority[0].rdtype == dns.rdatatype.SOA
    assert response.authority[0].ttl == 30  # RFC 2308 §3


def test_a_name_above_names_exists_and_is_empty() -> None:
    response = ask(f"349.{ZONE}")
    assert (response.rcode(), len(response.answer)) == (dns.rcode.NOERROR, 0)
    assert response.authority[0].rdtype == dns.rdatatype.SOA


def test_the_apex_answers_soa_ns_and_caa() -> None:
    soa = ask(ZONE, "SOA").answer[0][0]
    assert soa.serial == 2026112201
    assert {record.target.to_text(omit_final_dot=True) for record in ask(ZONE, "NS").answer[0]} == set(SERVERS)
    assert ask(ZONE, "CAA").answer[0][0].value == b"ca.test"
    assert ask(ZONE, "MX").rcode() == dns.rcode.NOERROR
    assert not ask(ZONE, "MX").answer


def test_the_name_servers_of_the_zone_have_their_addresses() -> None:
    assert ask(SERVERS[0]).answer[0][0].address == "192.0.2.1"
    assert ask(SERVERS[0], "AAAA").answer[0][0].address == "2001:db8::1"
    assert not ask(SERVERS[1], "AAAA").answer


@pytest.mark.parametrize("name", ["example.com", "fr", ".", f"{ZONE}.test", f"autre-{ZONE}"])
def test_another_zone_is_refused(name: str) -> None:
    response = ask(name)
    assert response.rcode() == dns.rcode.REFUSED
    assert not response.flags & dns.flags.AA


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("kind", ["AXFR", "IXFR"])
def test_a_transfer_is_refused(kind: str, transport: Transport) -> None:
    assert ask(ZONE, kind, transport=transport).rcode() == dns.rcode.REFUSED


def test_another_class_is_refused() -> None:
    query = dns.message.make_query(ZONE, "TXT", rdclass="CH")
    assert dns.message.from_wire(answer(query.to_wire(), VIEW)).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("opcode", [dns.opcode.NOTIFY, dns.opcode.STATUS])
def test_another_operation_is_not_implemented(opcode: dns.opcode.Opcode) -> None:
    query = dns.message.make_query(ZONE, "SOA")
    query.set_opcode(opcode)
    assert dns.message.from_wire(answer(query.to_wire(), VIEW)).rcode() == dns.rcode.NOTIMP


def test_an_update_changes_nothing_and_is_not_implemented() -> None:
    update = dns.update.UpdateMessage(ZONE)
    update.add("intrus", 300, "A", "192.0.2.66")
    assert dns.message.from_wire(answer(update.to_wire(), VIEW)).rcode() == dns.rcode.NOTIMP
    assert ask(f"intrus.{ZONE}").rcode() == dns.rcode.NXDOMAIN


def test_an_edns_question_gets_an_edns_answer() -> None:
    response = ask(f"db1.349.{ZONE}", use_edns=0, payload=4096)
    assert (response.edns, response.payload) == (0, UDP_EDNS)
    assert ask(f"db1.349.{ZONE}").edns == -1


def test_a_later_edns_version_is_told_bad() -> None:
    assert ask(f"db1.349.{ZONE}", use_edns=1).rcode() == dns.rcode.BADVERS


def test_a_signed_question_is_not_authorised() -> None:
    query = dns.message.make_query(ZONE, "SOA")
    query.use_tsig({dns.name.from_text("cle."): dns.tsig.Key("cle.", b"secret")}, keyname="cle.")
    assert answer(query.to_wire(), VIEW)[3] & 0xF == dns.rcode.NOTAUTH


@pytest.mark.parametrize(
    ("options", "limit"), [({}, UDP_PLAIN), ({"use_edns": 0, "payload": 512}, 512), ({"use_edns": 0, "payload": 65535}, UDP_EDNS)]
)
def test_an_answer_too_long_for_udp_is_truncated_and_whole_over_tcp(options: dict[str, int], limit: int) -> None:
    caa = tuple(f'0 issue "{"a" * 60}{n}.test"' for n in range(40))
    view = build(SETTINGS.model_copy(update={"caa": caa}), NAMES, 1)
    query = dns.message.make_query(ZONE, "CAA", **options).to_wire()
    short = answer(query, view)
    assert len(short) <= limit
    assert dns.message.from_wire(short).flags & dns.flags.TC
    whole = dns.message.from_wire(answer(query, view, transport=Transport.TCP))
    assert (len(whole.answer[0]), whole.flags & dns.flags.TC) == (40, 0)


def test_an_answer_is_never_answered() -> None:
    response = answer(dns.message.make_query(ZONE, "SOA").to_wire(), VIEW)
    assert answer(response, VIEW) == b""


@pytest.mark.parametrize("count", [0, 2])
def test_a_message_without_exactly_one_question_is_a_format_error(count: int) -> None:
    query = dns.message.make_query(ZONE, "SOA")
    query.question = query.question * count
    assert answer(query.to_wire(), VIEW)[3] & 0xF == dns.rcode.FORMERR


@given(st.binary(max_size=600))
def test_no_bytes_make_the_server_fail_nor_answer_more_than_udp_carries(data: bytes) -> None:
    for transport in Transport:
        response = answer(data, VIEW, transport=transport)
        assert response == b"" or (len(response) >= HEADER and response[:2] == data[:2] and response[2] & 0x80)
        assert transport is Transport.TCP or len(response) <= UDP_EDNS


@given(st.data())
def test_a_damaged_question_never_makes_the_server_fail(data: st.DataObject) -> None:
    wire = bytearray(dns.message.make_query(f"db1.349.{ZONE}", "A", use_edns=0, payload=1232).to_wire())
    for _ in range(data.draw(st.integers(1, 6))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    response = answer(bytes(wire), VIEW)
    assert response == b"" or response[:2] == wire[:2]


_LABELS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12), min_size=0, max_size=5)


@given(_LABELS, st.sampled_from(["A", "CNAME", "SOA", "NS", "ANY", "TXT"]))
def test_every_name_of_the_zone_gets_an_authoritative_answer(labels: list[str], kind: str) -> None:
    response = ask(".".join([*labels, ZONE]), kind)
    assert response.flags & dns.flags.AA
    assert bool(response.answer) != bool(response.authority)
    if response.rcode() == dns.rcode.NXDOMAIN:
        assert ".".join([*labels, ZONE]) not in VIEW.cnames


def test_a_malformed_record_of_the_settings_is_told() -> None:
    with pytest.raises(ZoneInvalide, match="CAA"):
        build(SETTINGS.model_copy(update={"caa": ("n'importe quoi",)}), [], 1)
