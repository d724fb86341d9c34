# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""OMI^O23: which requests are cancelled, and what names no exam is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.personnes import Identifiant
from drimbox.source.reception.annulation import read_annulation
from drimbox.source.reception.errors import CaractereInterdit, ChampAbsent, MessageRefuse, PlusieursPatients
from drimbox.source.reception.segments import parse

HEAD = (
    "MSH|^~\\&|RIS|CENTRE|DRIMBOX|CENTRE|20240912||OMI^O23^OMI_O23|001|P|2.5.1\r"
    "PID|||IPP101^^^AUT&1.2.3&ISO^PI||PAT^DOM^^^^^L||19790328|F\r"
)
CANCELLED = "ORC|CA|DEM-2\rTQ1|||||||20240912||\rOBR|1|DEM-1^RIS|\rOBX|1|ST|Modification Examen Imagerie||||||||||||||\r"


def read(text: str):
    return read_annulation(parse((HEAD + text).encode()))


def test_a_cancelled_request_is_named_by_its_accession_and_its_study():
    (demande,) = read(CANCELLED + "IPC|ACN124|PACS|1.2.250.1.213.4.5.2.1.124|123\r").demandes
    assert demande.study_uid == "1.2.250.1.213.4.5.2.1.124"
    assert demande.accession == Identifiant("ACN124", "")
    assert demande.order == Identifiant("DEM-2", "")


def test_an_accession_with_its_authority_keeps_it():
    (demande,) = read(CANCELLED + "IPC|ACN124^RIS^1.2.3.4^ISO||1.2.5\r").demandes
    assert demande.accession == Identifiant("ACN124", "1.2.3.4")


def test_the_order_is_taken_from_obr_when_orc_has_none():
    (demande,) = read(CANCELLED.replace("|DEM-2", "") + "IPC|ACN124||1.2.5\r").demandes
    assert demande.order == Identifiant("DEM-1", "")


def test_several_requests_are_read_one_by_one_and_only_the_cancelled_ones():
    text = CANCELLED + "IPC|A1||1.2.1\rIPC|A2||1.2.2\r" + "ORC|NW\rOBR|1\rIPC|A3||1.2.3\r" + "ORC|CA\rOBR|1\rIPC|A4||1.2.4\r"
    assert [demande.study_uid for demande in read(text).demandes] == ["1.2.1", "1.2.2", "1.2.4"]


@pytest.mark.parametrize("control", ["NW", "SC", "XO", ""])
def test_a_new_or_changed_request_cancels_nothing(control: str):
    assert read(f"ORC|{control}\rOBR|1\rIPC|A1||1.2.1|CT|||||AET\r").demandes == ()


@pytest.mark.parametrize(
    "text",
    [
        CANCELLED,
        CANCELLED + "IPC||PACS||1\r",
        CANCELLED + "IPC|A1||patient\r",
        CANCELLED + "IPC|A1||1.2.1٣\r",
        CANCELLED + "ORC|NW\rIPC|A1||1.2.1\r",
    ],
    ids=["no IPC", "no study and no accession", "no UID", "digits of another script", "IPC of another order"],
)
def test_a_cancellation_that_names_no_exam_is_refused(text: str):
    with pytest.raises(ChampAbsent):
        read(text)


@pytest.mark.parametrize("accession", ["A\\X00\\B", "A\x00B", "A\\X1B\\", "A1^RIS^1.2\\X00\\.3^ISO"])
def test_a_number_that_cannot_be_printed_is_refused(accession: str):
    with pytest.raises(CaractereInterdit):
        read(CANCELLED + f"IPC|{accession}||1.2.1\r")


def test_a_cancellation_for_two_patients_is_refused():
    with pytest.raises(PlusieursPatients):
        read(CANCELLED + "IPC|A1||1.2.1\rPID|||IPP102^^^AUT&1.2.3&ISO^PI||PAT^AUTRE^^^^^L\r")


@given(st.text(alphabet="|^~\\&\rACORIPB1.2", max_size=200))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(MessageRefuse):
        read(CANCELLED + text)
