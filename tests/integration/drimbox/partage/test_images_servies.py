# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images served over mutual TLS on loopback."""

from __future__ import annotations

from io import BytesIO

import pydicom

from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts


async def test_a_series_asked_in_the_official_form_arrives_byte_for_byte(porte: Maille, etude: Etude) -> None:
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
        assert file.endswith(etude.datasets[image.SOPInstanceUID])
