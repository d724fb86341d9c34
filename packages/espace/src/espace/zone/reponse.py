# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers of an authoritative server, from the bytes of the question to the bytes of the answer. No socket, no state.

====================================  ==========================================================================
what is asked                         what is answered
====================================  ==========================================================================
not a question (short, an answer)     nothing
unreadable, or not exactly one        FORMERR
another operation than QUERY          NOTIMP
EDNS of a later version               BADVERS (RFC 6891 §6.1.3)
another zone, another class, AXFR     REFUSED
a db or vi name                       its CNAME, whatever type is asked (RFC 1034 §3.6.2)
the apex, a name server               its records, or NODATA with the SOA
a name above existing names           NODATA with the SOA (RFC 8020)
anything else in the zone             NXDOMAIN with the SOA (RFC 2308)
====================================  ==========================================================================
"""

from __future__ import annotations

from enum import Enum

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from espace.zone.vue import ZoneView

HEADER = 12
MAX_QUERY = 4096  # larger than any question with its options; a larger one is not read
UDP_PLAIN = 512  # RFC 1035 §4.2.1
UDP_EDNS = 1232  # DNS Flag Day 2020: never fragmented
TCP_MAX = 65535
_QR = 0x80
_TRANSFERS = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR, dns.rdatatype.MAILA, dns.rdatatype.MAILB})


class Transport(Enum):
    """How the question came."""

    UDP = "udp"
    TCP = "tcp"


def answer(query: bytes, view: ZoneView, *, transport: Transport = Transport.UDP) -> bytes:
    """Answer one question.

    Args:
        query: DNS message as received, without the length that precedes it over TCP.
        view: the zone.
        transport: decides the size of the answer; a longer one is truncated and says so.

    Returns:
        The answer, or no byte when the message deserves none (answering an answer would loop).
    """
    if not HEADER <= len(query) <= MAX_QUERY or query[2] & _QR:
        return b""
    try:
        message = dns.message.from_wire(query, question_only=False, one_rr_per_rrset=True, ignore_trailing=False)
    except dns.message.UnknownTSIGKey:
        return _bare(query, dns.rcode.NOTAUTH)
    except (dns.exception.DNSException, ValueError, IndexError, OverflowError, EOFError):
        return _bare(query, dns.rcode.FORMERR)
    return _wire(_respond(message, view), message, transport)


def _respond(message: dns.message.Message, view: ZoneView) -> dns.message.Message:
    response = dns.message.make_response(message, recursion_available=False, our_payload=UDP_EDNS)
    if message.edns > 0:
        response.set_rcode(dns.rcode.BADVERS)
        return response
    if message.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
        return response
    if len(message.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = message.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in _TRANSFERS or not question.name.is_subdomain(view.origin):
        response.set_rcode(dns.rcode.REFUSED)
        return response
    response.flags |= dns.flags.AA
    _look_up(response, question.name, question.rdtype, view)
    return response


def _look_up(response: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType, view: ZoneView) -> None:
    owner = name.to_text(omit_final_dot=True).lower()
    if owner in view.cnames:
        cname = view.cname(owner)
        return _answer(response, name, (cname,), view) if cname is not None else _negative(response, view)
    records = view.fixed.get(owner)
    if records is not None:
        if kind == dns.rdatatype.ANY:  # RFC 8482 §4.1: one of the record sets is enough
            kind = next(iter(records))
        return _answer(response, name, records[kind], view) if kind in records else _negative(response, view)
    if owner not in view.non_terminals:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return _negative(response, view)


def _answer(response: dns.message.Message, name: dns.name.Name, records: tuple[dns.rdata.Rdata, ...], view: ZoneView) -> None:
    response.answer.append(dns.rrset.from_rdata_list(name, view.ttl, records))


def _negative(response: dns.message.Message, view: ZoneView) -> None:
    response.authority.append(dns.rrset.from_rdata(view.origin, view.negative_ttl, view.soa))


def _wire(response: dns.message.Message, message: dns.message.Message, transport: Transport) -> bytes:
    try:
        return response.to_wire(max_size=_limit(message, transport))
    except dns.exception.TooBig:
        for section in (response.answer, response.authority, response.additional):
            section.clear()
        response.flags |= dns.flags.TC
        return response.to_wire()


def _limit(message: dns.message.Message, transport: Transport) -> int:
    if transport is Transport.TCP:
        return TCP_MAX
    return UDP_PLAIN if message.edns < 0 else max(UDP_PLAIN, min(message.payload, UDP_EDNS))


def _bare(query: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """Return a header alone: the question could not be read, so it is not repeated."""
    opcode_and_rd = query[2] & 0x79
    return query[:2] + bytes([_QR | opcode_and_rd, int(rcode)]) + bytes(8)
