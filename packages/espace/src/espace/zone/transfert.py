# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Transfer of the zone to secondary servers (RFC 5936), and the notice that it changed (RFC 1996). Bytes in, bytes out; no socket.

A secondary that asks only for the differences (IXFR) is given the whole zone, as RFC 1995 §4 lets a server do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from espace.zone.vue import ZoneView

Record = tuple[str, int, dns.rdata.Rdata]
RECORDS = 200
"""Records of one message: the longest names still make it shorter than 65,535 bytes."""
_KINDS = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR})


def asked(query: bytes, view: ZoneView) -> dns.message.Message | None:
    """Return the question when it asks for a transfer of this very zone, else None; a signed one is not ours, we have no key."""
    try:
        message = dns.message.from_wire(query, ignore_trailing=False)
    except (dns.exception.DNSException, ValueError, IndexError, OverflowError, EOFError):
        return None
    if message.opcode() != dns.opcode.QUERY or len(message.question) != 1 or message.edns > 0 or message.flags & dns.flags.QR:
        return None
    question = message.question[0]
    ours = question.rdclass == dns.rdataclass.IN and question.rdtype in _KINDS and question.name == view.origin
    return message if ours else None


def allowed(peer: str, secondaires: Collection[IPv4Address | IPv6Address]) -> bool:
    """Tell whether an address is the one of a secondary server."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in secondaires


def messages(question: dns.message.Message, view: ZoneView) -> Iterator[bytes]:
    """Yield the messages of a transfer: the SOA, every record, the SOA again."""
    batch: list[Record] = []
    for record in _records(view):
        batch.append(record)
        if len(batch) == RECORDS:
            yield _message(question, batch)
            batch = []
    if batch:
        yield _message(question, batch)


def notice(view: ZoneView) -> bytes:
    """Return the message that tells a secondary server to look at the serial number."""
    message = dns.message.make_query(view.origin, "SOA")
    message.set_opcode(dns.opcode.NOTIFY)
    message.flags = (message.flags & ~dns.flags.RD) | dns.flags.AA
    message.answer.append(dns.rrset.from_rdata(view.origin, view.ttl, view.soa))
    return message.to_wire()


def _records(view: ZoneView) -> Iterator[Record]:
    apex = view.origin.to_text(omit_final_dot=True)
    yield apex, view.ttl, view.soa
    for owner, kinds in view.fixed.items():
        for kind, found in kinds.items():
            if kind != dns.rdatatype.SOA:
                yield from ((owner, view.ttl, data) for data in found)
    for name in view.cnames:
        data = view.cname(name)
        if data is not None:
            yield name, view.ttl, data
    yield apex, view.ttl, view.soa


def _message(question: dns.message.Message, records: list[Record]) -> bytes:
    response = dns.message.make_response(question)
    response.flags |= dns.flags.AA
    for owner, ttl, data in records:
        response.answer.append(dns.rrset.from_rdata(dns.name.from_text(owner), ttl, data))
    return response.to_wire(max_size=65535)
