# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of messages: what is tolerated, what is refused, and how the refusal is told."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.jeux import IDENTITE, make_message, make_report
from drimbox.source.reception import ack
from drimbox.source.reception.errors import (
    ChampAbsent,
    DocumentIllisible,
    DocumentInattendu,
    DrapeauIllisible,
    EchappementIllisible,
    EvenementNonTraite,
    IntentionContradictoire,
    JeuDeCaracteres,
    MessageIllisible,
    MessageRefuse,
    ModeNonTraite,
    PlusieursPatients,
    TropDeSegments,
    TypeNonTraite,
    VersionNonTraitee,
)
from drimbox.source.reception.message import EnTete, Intention
from drimbox.source.reception.reader import read_message
from drimbox.source.reception.rules import agree
from drimbox.source.reception.segments import Limits, parse, segments, value

NOW = datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC)
CDA = make_report(IDENTITE)
MESSAGE = make_message(CDA, IDENTITE, flags={"INVISIBLE_PATIENT": True}, at=NOW)


def test_the_sample_message_is_read_whole() -> None:
    message = read_message(MESSAGE)
    assert message.en_tete.trigger == "MDM^T02"
    assert message.intention is Intention.NOUVEAU
    assert message.compte_rendu == CDA
    assert message.flags == {"INVISIBLE_PATIENT"}
    assert message.depot_demande
    assert message.patient is not None
    assert (message.patient.ins, message.patient.ipp) == (IDENTITE.patient.ins, IDENTITE.patient.ipp)
    traits, expected = message.patient.traits, IDENTITE.patient.traits
    assert (traits.nom_naissance, traits.date_naissance, traits.sexe) == (expected.nom_naissance, expected.date_naissance, expected.sexe)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_segments_end_with_cr_lf_or_both(end: bytes) -> None:
    assert read_message(MESSAGE.replace(b"\r", end)) == read_message(MESSAGE)


def test_base64_without_padding_or_cut_in_lines_is_read() -> None:
    encoded = base64.b64encode(CDA)
    assert read_message(MESSAGE.replace(encoded, encoded.rstrip(b"="))).compte_rendu == CDA


@pytest.mark.parametrize("prefix", [b"^TEXT^XML^Base64^", b"^text^XML^Base64^", b""])
def test_the_document_is_found_whatever_stands_before_it(prefix: bytes) -> None:
    changed = MESSAGE.replace(b"^text^XML^Base64^", prefix)
    assert read_message(changed).compte_rendu == CDA


@pytest.mark.parametrize("name", ["INVISIBLE_REPRESENTANTS_LEGAUX", "INVISIBLE_REPRENSANTS_LEGAUX", "INVISIBLE_REP_LEGAUX"])
def test_older_names_of_a_flag_mean_the_same(name: str) -> None:
    changed = make_message(CDA, IDENTITE, flags={"INVISIBLE_REP_LEGAUX": True}).replace(b"INVISIBLE_REP_LEGAUX", name.encode())
    assert read_message(changed).flags == {"INVISIBLE_REP_LEGAUX"}


def test_flags_are_found_by_their_code_wherever_they_stand() -> None:
    lines = MESSAGE.split(b"\r")
    second = b"OBX|2|ED|CORPSMAIL_PS^Corps du mail^MetaDMPMSS||^TEXT^^Base64^QQ==||||||F|"
    at = next(rank for rank, line in enumerate(lines) if line.startswith(b"OBX|2|"))
    lines.insert(at, second)
    assert read_message(b"\r".join(lines)).flags == {"INVISIBLE_PATIENT"}


def test_no_deposit_is_asked_when_destdmp_is_n() -> None:
    assert not read_message(make_message(CDA, IDENTITE, flags={"DESTDMP": False})).depot_demande


@pytest.mark.parametrize("value", [b"", b"O", b"oui", b"1"])
def test_a_flag_that_is_neither_y_nor_n_is_refused(value: bytes) -> None:
    changed = MESSAGE.replace(b"||Y^^expandedYes-NoIndicator", b"||" + value + b"^^expandedYes-NoIndicator", 1)
    with pytest.raises(DrapeauIllisible):
        read_message(changed)


def test_a_flag_that_says_yes_and_no_is_refused() -> None:
    line = next(line for line in MESSAGE.split(b"\r") if b"INVISIBLE_PATIENT" in line)
    with pytest.raises(DrapeauIllisible):
        read_message(MESSAGE.replace(line, line + b"\r" + line.replace(b"||Y", b"||N")))


def test_latin_9_is_read_when_it_is_declared_and_refused_when_utf_8_is() -> None:
    latin = MESSAGE.decode().replace("PAT-BANC", "PAT-BÉNÉ").replace("UNICODE UTF-8", "8859/15").encode("iso-8859-15")
    patient = read_message(latin).patient
    assert patient is not None
    assert patient.traits.nom_naissance == "PAT-BÉNÉ"
    with pytest.raises(JeuDeCaracteres):
        read_message(latin.replace(b"8859/15", b"UNICODE UTF-8"))


def test_utf_8_under_another_label_is_still_utf_8() -> None:
    mislabelled = MESSAGE.decode().replace("PAT-BANC", "PAT-BÉNÉ").replace("UNICODE UTF-8", "8859/1").encode()
    patient = read_message(mislabelled).patient
    assert patient is not None
    assert patient.traits.nom_naissance == "PAT-BÉNÉ"


PID = next(line for line in MESSAGE.split(b"\r") if line.startswith(b"PID|"))

REFUSED = {
    "nothing": (b"", MessageIllisible, "AE", "100"),
    "no MSH": (b"PID|1\r", MessageIllisible, "AE", "100"),
    "other separators": (MESSAGE.replace(b"MSH|^~\\&|", b"MSH|$%*#|"), MessageIllisible, "AE", "100"),
    "an acknowledgement": (MESSAGE.replace(b"MDM^T02^MDM_T02", b"ACK^T02^ACK"), TypeNonTraite, "AR", "200"),
    "an admission": (MESSAGE.replace(b"MDM^T02^MDM_T02", b"ADT^A01^ADT_A01"), TypeNonTraite, "AR", "200"),
    "another event": (MESSAGE.replace(b"MDM^T02^MDM_T02", b"MDM^T05^MDM_T02"), EvenementNonTraite, "AR", "201"),
    "training": (MESSAGE.replace(b"|P|2.6|", b"|T|2.6|"), ModeNonTraite, "AR", "202"),
    "HL7 v3": (MESSAGE.replace(b"|P|2.6|", b"|P|3.0|"), VersionNonTraitee, "AR", "203"),
    "no control id": (MESSAGE.replace(b"|000001|P|", b"||P|"), ChampAbsent, "AE", "101"),
    "two patients": (MESSAGE.replace(PID, PID + b"\r" + PID.replace(b"PAT-BANC", b"PAT-AUTRE")), PlusieursPatients, "AE", "100"),
    "one patient twice": (MESSAGE.replace(b"PV1|", PID + b"\rPV1|"), PlusieursPatients, "AE", "100"),
    "a biology report": (MESSAGE.replace(b"|ED|18748-4^", b"|ED|11502-2^"), DocumentInattendu, "AR", "103"),
    "a placeholder": (MESSAGE.replace(base64.b64encode(CDA), b"{{CDA_BASE64}}"), DocumentIllisible, "AE", "102"),
    "an empty document": (MESSAGE.replace(base64.b64encode(CDA), b""), DocumentIllisible, "AE", "102"),
    "a removal said new": (MESSAGE.replace(b"ORC|NW", b"ORC|CA"), IntentionContradictoire, "AE", "103"),
    "a space counted by a letter": (MESSAGE.replace(b"PAT-BANC", b"PAT\\.spx\\", 1), EchappementIllisible, "AE", "102"),
    "an indent without a count": (MESSAGE.replace(b"PAT-BANC", b"PAT\\.in+x\\", 1), EchappementIllisible, "AE", "102"),
    "a thousand million spaces": (MESSAGE.replace(b"PAT-BANC", b"PAT\\.sp999999999\\", 1), EchappementIllisible, "AE", "102"),
    "half an escape": (MESSAGE.replace(b"PAT-BANC", b"PAT\\BANC", 1), EchappementIllisible, "AE", "102"),
    "an escaped type": (MESSAGE.replace(b"MDM^T02^MDM_T02", b"MDM^T02\\.spx\\^MDM_T02"), EvenementNonTraite, "AR", "201"),
    "too many segments": (MESSAGE + b"NTE|1\r" * 2000, TropDeSegments, "AE", "100"),
    "too many fields": (MESSAGE + b"NTE" + b"|" * 30_000, TropDeSegments, "AE", "100"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_a_refusal_says_how_to_answer_and_why(case: str) -> None:
    data, error, kind, number = REFUSED[case]
    with pytest.raises(error) as caught:
        read_message(data)
    assert (caught.value.ack, caught.value.erreur) == (kind, number)
    assert caught.value.message
    assert caught.value.remede or case == "too many segments" or case == "too many fields"


@pytest.mark.parametrize(
    ("event", "orc", "obx", "expected"),
    [
        ("T02", "NW", "F", Intention.NOUVEAU),
        ("R01", "NW", "F", Intention.NOUVEAU),
        ("R01", "", "", Intention.NOUVEAU),
        ("R01", "SC", "F", Intention.NOUVEAU),
        ("R01", "RO", "F", Intention.REMPLACEMENT),
        ("R01", "", "C", Intention.REMPLACEMENT),
        ("R01", "", "D", Intention.SUPPRESSION),
        ("R01", "NW", "D", Intention.SUPPRESSION),
        ("T10", "RO", "C", Intention.REMPLACEMENT),
        ("T04", "CA", "D", Intention.SUPPRESSION),
    ],
)
def test_three_indicators_that_agree_give_one_intention(event: str, orc: str, obx: str, expected: Intention) -> None:
    assert agree(event, orc, obx) is expected


@pytest.mark.parametrize(
    ("event", "orc", "obx"), [("T02", "CA", "D"), ("T02", "NW", "D"), ("T10", "NW", "F"), ("T04", "CA", "F"), ("R01", "NW", "C")]
)
def test_indicators_that_contradict_are_refused(event: str, orc: str, obx: str) -> None:
    with pytest.raises(IntentionContradictoire):
        agree(event, orc, obx)


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused_by_our_own_error(data: bytes) -> None:
    for body in (data, b"MSH|^~\\&|" + data):
        with contextlib.suppress(MessageRefuse):
            assert read_message(body).compte_rendu


@given(st.lists(st.tuples(st.integers(0, len(MESSAGE) - 1), st.binary(max_size=4)), min_size=1, max_size=8))
def test_a_damaged_message_is_read_or_refused_by_our_own_error(changes: list[tuple[int, bytes]]) -> None:
    damaged = bytearray(MESSAGE)
    for at, new in changes:
        damaged[at : at + len(new)] = new
    with contextlib.suppress(MessageRefuse):
        assert read_message(bytes(damaged)).compte_rendu


ESCAPED = st.lists(
    st.from_regex(r"\\(\.(br|fi|in|sk|sp|ti|zz)[+x9]{0,10}|X[0-9A-G]{0,4}|[A-Z]{0,2})\\", fullmatch=True)
    | st.sampled_from(["\\", "^", "~", "&", "A", "é"]),
    max_size=8,
)


@given(ESCAPED.map("".join))
def test_any_escape_is_read_short_or_refused_by_our_own_error(text: str) -> None:
    for place in (b"PAT-BANC", b"MDM^T02^MDM_T02"):
        with contextlib.suppress(MessageRefuse):
            assert read_message(MESSAGE.replace(place, text.encode(), 1)).compte_rendu == CDA
    segment = next(segments(parse(f"MSH|^~\\&|A\rPID|||||{text}".encode()), "PID"))
    with contextlib.suppress(EchappementIllisible):
        assert len(value(segment, 5)) <= 100 * len(text)


@pytest.mark.parametrize(("escaped", "meant"), [("A\\T\\B", "A&B"), ("A\\E\\B", "A\\B"), ("A\\X42\\", "AB"), ("A\\S\\B", "A^B")])
def test_a_well_formed_escape_is_read_as_it_is_meant(escaped: str, meant: str) -> None:
    patient = read_message(MESSAGE.replace(b"PAT-BANC", escaped.encode(), 1)).patient
    assert patient is not None
    assert patient.traits.nom_naissance == meant


def test_a_byte_order_mark_is_taken_off_and_no_letter_with_it() -> None:
    assert read_message(b"\xef\xbb\xbf\r\n" + MESSAGE + b"\x00\n") == read_message(MESSAGE)
    latin = "MSH|^~\\&|A|||||||||||||||8859/1\rNTE|1||vu par « ï»¿".encode("iso-8859-1")
    assert value(next(segments(parse(latin), "NTE")), 3) == "vu par « ï»¿"


def test_limits_count_before_anything_is_built() -> None:
    with pytest.raises(TropDeSegments):
        parse(b"MSH|^~\\&|A\r" + b"NTE|1\r" * 5, Limits(segments=3))


SENT = EnTete("RIS", "CENTRE", "DRIMBOX", "A", "MDM", "T02", "000042", "P", "2.6")


def test_an_acknowledgement_turns_the_header_round() -> None:
    lines = ack.accept(SENT, NOW).decode().split("\r")
    msh = lines[0].split("|")
    assert msh[:6] == ["MSH", "^~\\&", "DRIMBOX", "A", "RIS", "CENTRE"]
    assert (msh[8], msh[11], msh[16], msh[17]) == ("ACK^T02^ACK", "2.6", "FRA", "UNICODE UTF-8")
    assert msh[9]
    assert lines[1:] == ["MSA|AA|000042", ""]


def test_a_refusal_carries_table_0357_and_an_escaped_french_sentence() -> None:
    refus = ack.Refus("AE", "102", "OBX", "Illisible | coupé\rici & là.", "reception.document_illisible", "abc")
    lines = ack.refuse(SENT, refus, NOW).decode().split("\r")
    assert lines[1] == "MSA|AE|000042"
    err = lines[2].split("|")
    assert (err[2], err[3], err[4]) == ("OBX^1", "102^Data type error^HL70357", "E")
    assert err[7] == "reception.document_illisible abc"
    assert err[8] == "Illisible \\F\\ coupé ici \\T\\ là."


@given(st.binary(max_size=500))
def test_every_acknowledgement_can_be_read_back(data: bytes) -> None:
    from drimbox.source.reception.reader import read_header

    try:
        en_tete = read_header(parse(b"MSH|^~\\&|" + data))
    except MessageRefuse:
        return
    answer = parse(ack.accept(en_tete, NOW))
    assert next(segments(answer, "MSA")).field(1) == "AA"


def with_tail(name: str, shared_data: Path) -> bytes:
    """A message of the homologation whose head was not kept: its OBX and PRT segments after our own head."""
    head = [line for line in MESSAGE.decode().split("\r") if line[:3] in {"MSH", "PID", "PV1", "OBR"}]
    head = [line.replace("MDM^T02^MDM_T02", "ORU^R01^ORU_R01") for line in head]
    tail = (shared_data / "hl7" / name).read_text("utf-8").replace("{{CDA_BASE64}}", base64.b64encode(CDA).decode())
    return "\r".join([*head, tail]).encode()


@pytest.mark.donnees
@pytest.mark.parametrize(
    ("name", "flags", "intention"),
    [
        ("EXCERPT_CR_G1_MAJ-ORU_tail.hl7", {"MODIF_CONF_CODE"}, Intention.NOUVEAU),
        ("EXCERPT_CR_I_Depublication-ORU_tail.hl7", {"INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX"}, Intention.SUPPRESSION),
    ],
)
def test_the_tails_of_the_homologation_are_read(name: str, flags: set[str], intention: Intention, shared_data: Path) -> None:
    message = read_message(with_tail(name, shared_data))
    assert (message.flags, message.intention, message.depot_demande) == (flags, intention, True)
    assert message.compte_rendu == CDA


@pytest.mark.donnees
def test_flags_are_found_by_their_code_behind_a_second_document_and_around_a_mail(shared_data: Path) -> None:
    excerpt = (shared_data / "hl7" / "EXCERPT_HL7_invisible_masque_flags.hl7").read_bytes()
    first = [line for line in MESSAGE.split(b"\r") if not line.startswith(b"OBX") or line.startswith(b"OBX|1|")]
    message = read_message(b"\r".join([*first[:-1], excerpt]))
    assert message.flags == {"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX"}
    assert message.compte_rendu == CDA
