# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A report is read alike in every form of its message: volets 1.0 to 2.1, by ORU or MDM, first sending, replacement and removal."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_message, make_report
from banc.jeux.identite import IdentiteJeu
from drimbox.source.compte_rendu.errors import DocumentsDiscordants
from drimbox.source.pointeur.evenements import Depublier, Publier, Remplacer
from drimbox.source.pointeur.interpretation import interpret
from drimbox.source.reception.errors import CompteRenduProvisoire, DocumentInattendu, DrapeauIllisible, IntentionContradictoire
from drimbox.source.reception.message import Intention
from drimbox.source.reception.reader import read_message
from tests.conformance.drimbox.reception.formes import FORMES, LEGAUX, MASQUE, MODIF, PATIENT, STATUS, make_form, make_pair

ID = uuid4()
CDA = make_report(IDENTITE)
NEXT = replace(IDENTITE, version=2)
SAID = {"initial": Intention.NOUVEAU, "remplacement": Intention.REMPLACEMENT, "suppression": Intention.SUPPRESSION}
EVENTS = {"initial": Publier, "remplacement": Remplacer, "suppression": Depublier}
SAMPLES_1_2 = ["Volets__TRANS_DOC_CDA_HL7V2__V1.2__MDM__message.hl7", "Volets__TRANS_DOC_CDA_HL7V2__V1.2__ORU__message.hl7"]
every_form = pytest.mark.parametrize("volet", FORMES)
both_kinds = pytest.mark.parametrize("kind", ["ORU", "MDM"])


@every_form
@both_kinds
@pytest.mark.parametrize("action", STATUS)
def test_every_form_asks_the_same_of_the_same_exam(volet: str, kind: str, action: str):
    (event,) = interpret(ID, make_form(volet, kind, action, identite=NEXT if action == "remplacement" else IDENTITE))
    assert type(event) is EVENTS[action]
    assert event.reperes.study_uid == IDENTITE.examens[0].study_instance_uid
    assert event.reperes.documents == (() if action == "initial" else (IDENTITE.document_id,))


@every_form
@both_kinds
def test_every_form_says_who_may_not_see_the_document(volet: str, kind: str):
    message = read_message(make_form(volet, kind, "initial", flags={MASQUE: "Y", PATIENT: "Y", LEGAUX: "Y", MODIF: "Y"}))
    assert message.flags == {MASQUE, PATIENT, LEGAUX, MODIF}
    assert message.depot_demande
    assert message.compte_rendu == CDA


@every_form
@both_kinds
def test_every_form_can_keep_a_report_out_of_the_dmp(volet: str, kind: str):
    assert not read_message(make_form(volet, kind, "initial", flags={"DESTDMP": "N"})).depot_demande


@every_form
@both_kinds
@pytest.mark.parametrize("action", STATUS)
def test_every_form_has_one_intention(volet: str, kind: str, action: str):
    assert read_message(make_form(volet, kind, action)).intention is SAID[action]


@both_kinds
@pytest.mark.parametrize("name", [b"MASQUE_PATIENT", b"Invisible_Rep_Legal", b"INVISIBLE"])
def test_a_visibility_flag_that_no_volet_knows_is_refused(kind: str, name: bytes):
    """Left aside, it would show a document that somebody wanted hidden."""
    with pytest.raises(DrapeauIllisible):
        read_message(make_form("2.1", kind, "initial").replace(b"INVISIBLE_REP_LEGAUX", name))


@pytest.mark.parametrize("field", [12, 13])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.2.250.1.999.7", "1.2.250.1.999.7"),
        ("1.2.250.1.999.7^Organisation-Y", "1.2.250.1.999.7"),
        ("A71024^^1.2.250.1.999^ISO", "1.2.250.1.999^A71024"),
        ("A71024&x^^1.2.250.1.999^ISO", "1.2.250.1.999^A71024"),
        ("^^1.2.250.1.999^ISO", "1.2.250.1.999"),
        ("2638", None),  # the number of a RIS, volet 1.2
        ("1.2.250.1.999.A7^Organisation-Y", None),  # a sample of 2.0
        ("A71024^^urn:x", None),
        ("", None),
    ],
)
def test_a_document_is_named_as_its_report_names_itself_or_not_at_all(field: int, written: str, read: str | None):
    lines = make_message(CDA, IDENTITE).decode().split("\r")
    rank = next(rank for rank, line in enumerate(lines) if line.startswith("TXA"))
    fields = lines[rank].split("|")
    fields[field] = written
    message = read_message("\r".join([*lines[:rank], "|".join(fields), *lines[rank + 1 :]]).encode())
    assert (message.document_id if field == 12 else message.remplace) == read


def test_a_report_in_two_levels_is_one_report_under_two_names():
    level_3 = make_report(replace(IDENTITE, document=f"{IDENTITE.document}.3"))
    (event,) = interpret(ID, make_pair(level_3))
    assert isinstance(event, Publier)
    assert event.rapport.compte_rendu.identifiant == IDENTITE.document_id
    assert event.rapport.compte_rendu.jumeau == f"{IDENTITE.document}.3.1"
    (alone,) = interpret(ID, make_form("2.1", "ORU", "initial"))
    assert isinstance(alone, Publier)
    assert event.rapport.sha256 != alone.rapport.sha256


PERSON = IDENTITE.patient


def _of(**changes: Any) -> IdentiteJeu:
    return replace(IDENTITE, patient=replace(PERSON, **changes))


OTHERS: dict[str, IdentiteJeu] = {
    "another study": IDENTITE.with_examens(ExamenJeu.numbered(2)),
    "one study more": IDENTITE.with_examens(ExamenJeu.numbered(1), ExamenJeu.numbered(2)),
    "another birth date": _of(traits=replace(PERSON.traits, date_naissance="19790101")),
    "another INS": _of(ins=replace(PERSON.ins, value="248039263001064")),
    "another local number": _of(ipp=replace(PERSON.ipp, value="IPP-AUTRE")),
}


@pytest.mark.parametrize("other", OTHERS)
def test_two_documents_that_are_not_one_report_are_refused(other: str):
    with pytest.raises(DocumentsDiscordants):
        interpret(ID, make_pair(make_report(OTHERS[other])))


def test_two_levels_of_another_confidentiality_are_refused():
    restricted = CDA.replace(b'confidentialityCode code="N"', b'confidentialityCode code="R"')
    assert restricted != CDA
    with pytest.raises(DocumentsDiscordants):
        interpret(ID, make_pair(restricted))


def test_two_reports_of_one_exam_at_two_times_are_not_two_levels_of_one():
    later = re.sub(rb'(<effectiveTime value=")\d{8}', rb"\g<1>20260401", CDA, count=1)
    assert later != CDA
    with pytest.raises(DocumentsDiscordants):
        interpret(ID, make_pair(later))


def test_two_levels_that_ask_two_things_are_refused():
    with pytest.raises(IntentionContradictoire):
        read_message(make_pair(CDA, status="D"))


def test_an_mdm_carries_one_document_and_an_oru_never_three():
    line = next(line for line in make_form("2.1", "MDM", "initial").split(b"\n") if line.startswith(b"OBX|1|ED"))
    for data in (make_form("2.1", "MDM", "initial"), make_form("2.1, two levels", "ORU", "initial")):
        with pytest.raises(DocumentInattendu):
            read_message(data + b"\n" + line)


@every_form
@both_kinds
@pytest.mark.parametrize("status", ["P", "I", "R", "S", "X", "W"])
def test_a_report_that_is_not_final_is_refused_in_every_form(volet: str, kind: str, status: str):
    data = make_form(volet, kind, "initial").decode().split("\n")
    drafts = [line.replace("||||||F|", f"||||||{status}|") if "|ED|18748-4" in line else line for line in data]
    with pytest.raises(CompteRenduProvisoire):
        read_message("\n".join(drafts).encode())


@pytest.mark.parametrize("volet", ["1.2", "2.0", "2.1"])
@pytest.mark.parametrize("completion", ["DI", "DO", "IN", "IP", "PA"])
def test_a_report_that_is_not_authenticated_is_refused_but_can_always_be_removed(volet: str, completion: str):
    said = f"||||{completion}|".encode()
    with pytest.raises(CompteRenduProvisoire):
        read_message(make_form(volet, "MDM", "initial").replace(b"||||LA|", said))
    removal = read_message(make_form(volet, "MDM", "suppression").replace(b"||||LA|", said))
    assert removal.intention is Intention.SUPPRESSION


@pytest.mark.donnees
@pytest.mark.parametrize("name", SAMPLES_1_2)
def test_the_samples_of_volet_1_2_are_read_with_an_imaging_report_in_the_place_of_theirs(name: str, shared_data: Path):
    lines = (shared_data / "hl7" / name).read_text("utf-8").replace("11502-2^CR d'examens biologiques", "18748-4^CR d'imagerie médicale")
    body = base64.b64encode(CDA).decode().rstrip("=")
    message = read_message(lines.replace("RG9jdW1lbnQgbcOpZGljYWwgYXUgZm9ybWF0IENEQQ", body).encode())
    assert message.compte_rendu == CDA
    assert message.flags == ({PATIENT, LEGAUX, "CONNEXION_SECRETE"} if "MDM" in name else set())
    assert (message.intention, message.depot_demande) == (Intention.NOUVEAU, True)
    assert (message.document_id, message.remplace) == (None, None)
