# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From a message to what it asks of each exam."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_message, make_report
from drimbox.socle.personnes import Identifiant
from drimbox.source.pointeur.errors import IdentiteDiscordante
from drimbox.source.pointeur.evenements import Annuler, Depublier, Motif, Publier, Remplacer
from drimbox.source.pointeur.interpretation import interpret

ID = uuid4()
NEXT = replace(IDENTITE, version=2)
TWO = IDENTITE.with_examens(ExamenJeu.numbered(1), ExamenJeu.numbered(2))


def message(identite=IDENTITE, **options) -> bytes:
    return make_message(make_report(identite), identite, **options)


def as_oru(data: bytes, control: str = "NW", status: str = "F") -> bytes:
    """The same message as an ORU, which has no word for a replacement."""
    lines = data.decode().split("\r")
    lines = [line for line in lines if not line.startswith(("EVN", "TXA"))]
    text = "\r".join(lines).replace("MDM^T10^MDM_T02|", "ORU^R01^ORU_R01|").replace("MDM^T02^MDM_T02|", "ORU^R01^ORU_R01|")
    text = text.replace("MDM^T04^MDM_T02|", "ORU^R01^ORU_R01|").replace("ORC|RO", f"ORC|{control}").replace("ORC|CA", f"ORC|{control}")
    return re.sub(r"\|{6}[CD](?=\||\r|$)", f"||||||{status}", text, count=1).encode()


def test_a_report_on_two_studies_is_two_pointers_of_the_same_report():
    first, second = interpret(ID, message(TWO))
    assert isinstance(first, Publier)
    assert isinstance(second, Publier)
    assert [event.examen.study_instance_uid for event in (first, second)] == [examen.study_instance_uid for examen in TWO.examens]
    assert [event.reperes.accession for event in (first, second)] == [examen.accession for examen in TWO.examens]
    assert first.rapport is second.rapport
    assert first.message_id == ID


def test_t10_replaces_the_document_of_txa_13_and_says_so_itself():
    (event,) = interpret(ID, message(NEXT, event="T10", flags={"MODIF_CONF_CODE": True}))
    assert isinstance(event, Remplacer)
    assert event.explicite
    assert event.reperes.documents == (IDENTITE.document_id,)
    assert "MODIF_CONF_CODE" in event.rapport.message.flags


def test_an_oru_replaces_by_its_report_alone():
    (event,) = interpret(ID, as_oru(message(NEXT, event="T10")))
    assert isinstance(event, Remplacer)
    assert not event.explicite
    assert event.reperes.documents == (IDENTITE.document_id,)


def test_an_oru_whose_orc_says_ro_insists():
    (event,) = interpret(ID, as_oru(message(NEXT, event="T10"), control="RO"))
    assert isinstance(event, Remplacer)
    assert event.explicite


@pytest.mark.parametrize(
    "data", [message(event="T04"), as_oru(message(event="T04"), status="D", control="")], ids=["MDM T04", "ORU OBX-11 D"]
)
def test_a_removal_names_the_document_to_remove_and_not_the_one_it_had_replaced(data: bytes):
    (event,) = interpret(ID, data)
    assert isinstance(event, Depublier)
    assert event.motif is Motif.DEPUBLICATION
    assert event.reperes.documents == (IDENTITE.document_id,)
    assert event.reperes.study_uid == IDENTITE.examens[0].study_instance_uid


def test_a_removal_that_speaks_of_two_patients_removes_nothing():
    data = message(event="T04").replace(b"PAT-BANC^CAMILLE", b"AUTRE^CAMILLE")
    with pytest.raises(IdentiteDiscordante):
        interpret(ID, data)


def test_a_cancelled_request_finds_the_exam_by_study_and_accession():
    request = b"OBR|1|\rIPC|ACN124|PACS_SOURCE|1.2.250.1.213.4.5.2.1.124|12346789|\r"
    data = b"MSH|^~\\&|RIS|C|D|C|2024||OMI^O23^OMI_O23|1|P|2.5.1\rORC|CA|\r" + request
    (event,) = interpret(ID, data)
    assert isinstance(event, Annuler)
    assert (event.reperes.study_uid, event.reperes.accession) == ("1.2.250.1.213.4.5.2.1.124", Identifiant("ACN124", ""))


def test_a_new_request_asks_nothing():
    assert interpret(ID, b"MSH|^~\\&|RIS|C|D|C|2024||OMI^O23^OMI_O23|1|P|2.5.1\rORC|NW\rIPC|A1||1.2.1\r") == ()


def test_no_event_shows_a_patient_when_printed():
    shown = "".join(map(repr, (*interpret(ID, message()), *interpret(ID, message(event="T04")))))
    assert not any(word in shown for word in ("PAT-BANC", "285063523804223", "IPP-000042", "19850614"))
