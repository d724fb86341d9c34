# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images served over mutual TLS on loopback."""

from __future__ import annotations

from io import BytesIO

import pydicom

from drimbox.socle.personnes import OID_INS_NIR_TEST
from tests.integration.drimbox.partage.maille import INS, Etude, Maille, after_ins
from tests.integration.drimbox.partage.requests import get, headers, parts


async def test_a_series_asked_in_the_official_form_arrives_as_stored_with_the_ins_and_no_other_change(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    async with porte.client() as session:
        status, kind, body = await get(session, porte.url(etude, series=etude.series[0]), given)
    assert status == 200
    assert "transfer-syntax=1.2.840.10008.1.2.1;" in kind
    files = [part.get_content() for part in parts(kind, body)]
    assert len(files) == 3
    for file in files:
        image = pydicom.dcmread(BytesIO(file))
        assert image.SeriesInstanceUID == etude.series[0]
        stored = pydicom.dcmread(BytesIO(file))
        ins = stored.OtherPatientIDsSequence[-1]  # after the other numbers of this patient
        assert (ins.PatientID, ins.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID) == (INS, OID_INS_NIR_TEST)
        kept = etude.datasets[image.SOPInstanceUID]
        assert file.endswith(after_ins(kept))
        before = pydicom.dcmread(BytesIO(kept), force=True)
        assert {e.tag for e in image if e.tag not in before or before[e.tag] != e} == {pydicom.tag.Tag("OtherPatientIDsSequence")}
        assert len(stored.OtherPatientIDsSequence) == len(before.OtherPatientIDsSequence) + 1
