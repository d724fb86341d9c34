# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every public HL7 sample through the door: stored and AA, or AE/AR with a reason; never a surprise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drimbox.source.reception.actions import receive

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MDM = "Vague_2__Trans_Doc-CDA-HL7V2__TRANSMISSION_DOCS_CDA_EN_HL7V2_V2.1__MDM__"
ORU = "Vague_2__Trans_Doc-CDA-HL7V2__TRANSMISSION_DOCS_CDA_EN_HL7V2_V2.1__ORU__"
EXPECTED = {
    f"{MDM}Transmission_initiale_MDM__message_MDM_CR_Radio_INIT_N1_Base64.er7": ("AA", "recu"),
    f"{MDM}Remplacement_MDM__message_MDM_CR_Radio_RPLC_N1.er7": ("AA", "recu"),
    f"{MDM}Suppression_MDM__message_MDM_CR_Radio_DEL_N1.er7": ("AA", "recu"),
    "CR_W_Suppression-OMI.hl7": ("AA", "recu"),
    # the CDA is a placeholder, or no imaging report
    f"{MDM}Transmission_initiale_MDM__message_MDM_CR_Radio_INIT_N1.er7": ("AE", "compte_rendu.illisible"),
    "EXCERPT_CR_M-ORU.hl7": ("AE", "reception.document_illisible"),
    f"{ORU}Remplacement_ORU__message_ORU_CR_Bio_RPLC_N3_SEGUR.hl7": ("AR", "reception.document_inattendu"),
    f"{ORU}Transmission_initiale_ORU__message_ORU_CR_Bio_INIT_N3_SEGUR.hl7": ("AR", "reception.document_inattendu"),
    "Volets__TRANS_DOC_CDA_HL7V2__V1.2__MDM__message.hl7": ("AR", "reception.document_inattendu"),
    "Volets__TRANS_DOC_CDA_HL7V2__V1.2__ORU__message.hl7": ("AR", "reception.document_inattendu"),
    # tails of messages, without MSH
    "EXCERPT_CR_G1_MAJ-ORU_tail.hl7": ("AE", "reception.illisible"),
    "EXCERPT_CR_I_Depublication-ORU_tail.hl7": ("AE", "reception.illisible"),
    "EXCERPT_HL7_invisible_masque_flags.hl7": ("AE", "reception.illisible"),
    # acknowledgements are not for us
    f"{MDM}Remplacement_MDM__ack.er7": ("AR", "reception.type_non_traite"),
    f"{MDM}Suppression_MDM__ack.er7": ("AR", "reception.type_non_traite"),
    "Volets__TRANS_DOC_CDA_HL7V2__V1.2__MDM__ack.hl7": ("AR", "reception.type_non_traite"),
    "Volets__TRANS_DOC_CDA_HL7V2__V1.2__ORU__ack.hl7": ("AR", "reception.type_non_traite"),
    # the public prototype's own sample: a line end cuts a visibility flag from its value, which nobody may guess
    "Backend__src__test__resources__patient1.hl7": ("AE", "reception.drapeau_illisible"),
}


def fields(answer: bytes) -> tuple[str, list[str]]:
    """Return MSA-1, and ERR when there is one."""
    lines = answer.decode().split("\r")
    msa = next(line for line in lines if line.startswith("MSA")).split("|")
    err = next((line.split("|") for line in lines if line.startswith("ERR")), [])
    return msa[1], err


@pytest.mark.donnees
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_public_sample_is_stored_or_refused_with_a_reason(name: str, drimbox: Any, shared_data: Path) -> None:
    data = (shared_data / "hl7" / name).read_bytes()
    with drimbox.role("reception"):
        kind, err = fields(receive(data, peer="127.0.0.1", now=NOW))
    rows = drimbox.sql("SELECT state FROM reception_message")
    expected = EXPECTED[name]
    if kind == "AA":
        assert expected == ("AA", rows[0][0])
    else:
        assert rows == []
        assert expected == (kind, err[7].split(" ")[0])
        assert err[8]
        assert drimbox.sql(
            "SELECT count(*) FROM journal WHERE event = 'reception:message:refused' AND trace = %s", err[7].split(" ")[1]
        ) == [(1,)]
    jobs = drimbox.sql("SELECT task_name, args FROM procrastinate_jobs")
    assert len(jobs) == (1 if rows == [("recu",)] else 0)


@pytest.mark.donnees
def test_no_public_sample_is_forgotten(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "hl7").iterdir()} == set(EXPECTED)
