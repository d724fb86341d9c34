# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""PDUs, messages and negotiations as bytes: any cut says the same, nothing oversized is kept, pynetdicom agrees."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import build_context, build_role
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, ImplementationClassUIDNotification, MaximumLengthNotification

from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageData, MessageEnded, MessageReader, MessageStarted, frames
from drimbox.socle.pacs.dimse.negotiation import (
    ACCEPTED,
    NO_TRANSFER_SYNTAX,
    RELEASE_REQUEST,
    Proposition,
    contextes_of,
    decode_accept,
    decode_reject,
    decode_request,
    encode_accept,
    encode_reject,
    encode_request,
)
from drimbox.socle.pacs.dimse.pdu import ASSOCIATE_AC, RELEASE_RQ, Fragment, LimitesPdu, Pdu, PduReader

CT, IMPLICIT, EXPLICIT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
GET = "1.2.840.10008.5.1.4.1.2.2.3"


def a_store(data: bytes, max_pdu: int, context_id: int = 3) -> bytes:
    asked = command.encode({
        command.CLASS_UID: CT,
        command.FIELD: command.C_STORE_RQ,
        command.MESSAGE_ID: 7,
        command.PRIORITY: 0,
        command.DATA_SET_TYPE: command.WITH_DATA_SET,
        command.INSTANCE_UID: "1.2.3",
    })  # fmt: skip
    pieces = [*frames(context_id, asked, command=True, last=True, max_pdu=max_pdu)]
    return b"".join([*pieces, *frames(context_id, data, command=False, last=True, max_pdu=max_pdu)])


def told(stream: bytes, cuts: list[int]) -> list[object]:
    """What a stream says when it is fed cut at these places: data sets are put together again."""
    pdus, messages, said = PduReader(), MessageReader(), []
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        for event in pdus.feed(stream[start:end]):
            if isinstance(event, Pdu):
                said.append(event)
                continue
            for message in messages.take(event):
                if isinstance(message, MessageData) and said and isinstance(said[-1], bytes):
                    said[-1] += bytes(message.data)
                else:
                    said.append(bytes(message.data) if isinstance(message, MessageData) else message)
    return said


@given(data=st.binary(max_size=900), cuts=st.lists(st.integers(0, 5000), max_size=20), max_pdu=st.sampled_from([128, 129, 300, 16_384, 0]))
def test_a_stream_says_the_same_whatever_its_cuts(data: bytes, cuts: list[int], max_pdu: int):
    said = told(a_store(data, max_pdu) + a_store(b"xy", max_pdu) + RELEASE_REQUEST, cuts)
    kinds = [type(item) for item in said]
    assert [kind for kind in kinds if kind is not bytes] == [MessageStarted, MessageEnded, MessageStarted, MessageEnded, Pdu]
    assert b"".join(item for item in said[: kinds.index(MessageEnded)] if isinstance(item, bytes)) == data
    assert said[-1] == Pdu(RELEASE_RQ, bytes(4))
    started = said[0]
    assert isinstance(started, MessageStarted)
    assert (started.context_id, started.commande.field, started.commande.text(command.INSTANCE_UID)) == (3, command.C_STORE_RQ, "1.2.3")


def test_no_pdu_is_longer_than_what_the_other_side_takes():
    lengths, stream, place = [], a_store(bytes(1000), 200), 0
    while place < len(stream):
        (length,) = struct.unpack_from(">I", stream, place + 2)
        lengths.append(length)
        place += 6 + length
    assert max(lengths) <= 200
    assert all(length % 2 == 0 for length in lengths)


def read(stream: bytes, step: int) -> tuple[list[object], bool]:
    """What the reader of PDUs makes of a stream fed by so many bytes: values put together again, and whether it was refused."""
    reader, said = PduReader(LimitesPdu(max_pdu=600)), list[object]()
    try:
        for start in range(0, len(stream), step):
            for event in reader.feed(stream[start : start + step]):
                before = said[-1] if said else None
                if isinstance(event, Fragment) and isinstance(before, tuple) and not before[2]:
                    said[-1] = (event.context_id, event.command, event.last, before[3] + bytes(event.data))
                else:
                    said.append(event if isinstance(event, Pdu) else (*event[:3], bytes(event.data)))
    except ProtocoleRompu:
        return said, True
    return said, False


def p_data(values: list[tuple[int, bytes]], *, lie: int = 0) -> bytes:
    """One P-DATA of several values, of which the first may lie on its length."""
    body = b"".join(
        max(0, len(data) + 2 + (0 if rank else lie)).to_bytes(4, "big") + bytes((3, control)) + data
        for rank, (control, data) in enumerate(values)
    )
    return b"\x04\x00" + len(body).to_bytes(4, "big") + body


@given(
    pdus=st.lists(
        st.builds(
            p_data,
            st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=700)), min_size=1, max_size=3),
            lie=st.sampled_from([0, 0, 0, 0, -3, -2, -1, 1, 2, 1000, 1 << 30]),
        ),
        max_size=5,
    )
)
def test_a_p_data_says_the_same_at_one_go_and_byte_by_byte(pdus: list[bytes]):
    whole, bytewise = read(b"".join(pdus), 1 << 20), read(b"".join(pdus), 1)
    assert whole[1] == bytewise[1]
    if not whole[1]:
        assert whole == bytewise


@given(sop_class=st.text("0123456789.", max_size=64), instance=st.text("0123456789.", max_size=64), message_id=st.integers(0, 65_535))
def test_the_answer_to_a_c_store_is_the_command_set_that_any_writer_would_write(sop_class: str, instance: str, message_id: int):
    asked = command.decode(
        command.encode({command.CLASS_UID: sop_class, command.MESSAGE_ID: message_id, command.INSTANCE_UID: instance, command.FIELD: 1})
    )
    for status in (command.SUCCESS, 0xA700):
        assert command.store_answer(asked, status) == command.encode({
            command.CLASS_UID: sop_class,
            command.FIELD: command.C_STORE_RSP,
            command.RESPONDED_ID: message_id,
            command.DATA_SET_TYPE: command.NO_DATA_SET,
            command.STATUS: status,
            command.INSTANCE_UID: instance,
        })  # fmt: skip


@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes):
    reader, messages = PduReader(), MessageReader()
    try:
        for event in reader.feed(data):
            if isinstance(event, Fragment):
                messages.take(event)
    except ProtocoleRompu:
        return


@given(data=st.binary(max_size=300), kind=st.sampled_from([decode_request, decode_accept, decode_reject]))
def test_any_negotiation_is_read_or_refused(data: bytes, kind):
    for body in (data, bytes(68) + data):
        try:
            kind(body)
        except ProtocoleRompu:
            continue


@given(data=st.binary(max_size=120))
def test_any_command_set_is_read_or_refused(data: bytes):
    try:
        commande = command.decode(data)
        _ = commande.field, commande.has_data_set, commande.text(command.CLASS_UID)
    except ProtocoleRompu:
        return


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"\x15\x03\x03\x00\x02\x02\x46", "parle TLS"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH", "ne parle pas DICOM"),
        (struct.pack(">BBI", 4, 0, 1 << 25), "trop long"),
        (struct.pack(">BBI", 2, 0, 1 << 19), "trop long"),
        (struct.pack(">BBI", 4, 0, 3), "trop court"),
        (struct.pack(">BBIIBB", 4, 0, 10, 50, 1, 3), "déborde"),
        (struct.pack(">BBIIBB", 4, 0, 10, 1, 1, 3), "déborde"),
        (struct.pack(">BBIIBB", 4, 0, 9, 3, 1, 3), "fin est illisible"),
    ],
)
def test_what_is_not_an_association_is_told_by_its_fault(stream: bytes, words: str):
    with pytest.raises(ProtocoleRompu, match=words):
        PduReader().feed(stream)


def test_an_oversized_command_is_refused_before_it_is_kept():
    reader = MessageReader(LimitesPdu(max_command=100))
    part = Fragment(1, command=True, last=False, data=memoryview(bytes(50)))
    assert [*reader.take(part), *reader.take(part)] == []
    with pytest.raises(ProtocoleRompu, match="trop longue"):
        reader.take(part)


@pytest.mark.parametrize("second", [Fragment(5, True, True, memoryview(b"")), Fragment(3, False, True, memoryview(b""))])
def test_fragments_of_two_messages_are_never_mixed(second: Fragment):
    reader = MessageReader()
    reader.take(Fragment(3, command=True, last=False, data=memoryview(b"\0\0")))
    with pytest.raises(ProtocoleRompu, match="mêle"):
        reader.take(second)


def test_pynetdicom_reads_our_request():
    proposition = Proposition("DRIMBOX", "PACSA", contextes_of([(GET, (IMPLICIT,)), (CT, (EXPLICIT, IMPLICIT))]), frozenset({CT}), window=5)
    pdu = A_ASSOCIATE_RQ()
    pdu.decode(encode_request(proposition))
    assert (pdu.calling_ae_title, pdu.called_ae_title) == ("DRIMBOX", "PACSA")
    read = pdu.to_primitive()
    assert [(cx.context_id, cx.abstract_syntax, list(cx.transfer_syntax)) for cx in read.presentation_context_definition_list] == [
        (1, GET, [IMPLICIT]),
        (3, CT, [EXPLICIT, IMPLICIT]),
    ]
    assert read.maximum_length_received == 131_072
    assert {(item.sop_class_uid, item.scu_role, item.scp_role) for item in read.user_information if hasattr(item, "scp_role")} == {
        (CT, False, True)
    }
    assert decode_request(encode_request(proposition)[6:]).contextes == proposition.contextes
    assert decode_request(encode_request(proposition)[6:]).scp_roles == {CT}


def test_we_read_the_answer_of_pynetdicom():
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title, primitive.called_ae_title, primitive.result = "DRIMBOX", "PACSA", 0
    primitive.result_source = 1
    yes, no = build_context(CT, EXPLICIT), build_context(GET, IMPLICIT)
    yes.context_id, yes.result, no.context_id, no.result = 1, 0, 3, 4
    primitive.presentation_context_definition_results_list = [yes, no]
    length, name = MaximumLengthNotification(), ImplementationClassUIDNotification()
    length.maximum_length_received, name.implementation_class_uid = 16_382, "1.2.3"
    primitive.user_information = [length, name, build_role(CT, scp_role=True, scu_role=False)]
    pdu = A_ASSOCIATE_AC()
    pdu.from_primitive(primitive)
    accord = decode_accept(pdu.encode()[6:])
    assert (accord.accepted, accord.max_pdu, accord.window) == ({1: EXPLICIT}, 16_382, 1)


def test_pynetdicom_reads_our_answer():
    proposition = Proposition("PACSA", "DRIMBOX", contextes_of([(CT, (EXPLICIT,)), (CT, ("1.2.3",))]))
    pdu = A_ASSOCIATE_AC()
    pdu.decode(encode_accept(proposition, {1: (ACCEPTED, EXPLICIT), 3: (NO_TRANSFER_SYNTAX, "1.2.3")}))
    results = pdu.to_primitive().presentation_context_definition_results_list
    assert [(cx.context_id, cx.result) for cx in results] == [(1, 0), (3, 4)]
    assert encode_accept(proposition, {1: (ACCEPTED, EXPLICIT)})[0] == ASSOCIATE_AC


def test_a_rejection_tells_whether_to_try_again():
    assert decode_reject(encode_reject(permanent=True, source=1, reason=7)[6:]).permanent
    assert not decode_reject(encode_reject(permanent=False, source=3, reason=2)[6:]).permanent
