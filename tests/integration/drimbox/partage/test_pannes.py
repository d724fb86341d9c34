# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Faults of ours and of the PACS: the peer gets a status and a code, never the inside."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from django.db import OperationalError
from pydicom.uid import generate_uid

from drimbox.socle.pacs.errors import (
    PacsAbsent,
    PacsCoupe,
    PacsIncomplet,
    PacsIndisponible,
    PacsInjoignable,
    PacsOccupe,
    PacsRefuse,
    PortOccupe,
)
from drimbox.socle.pacs.model import ObjetDicom
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers
from tests.integration.drimbox.partage.test_refus import refused
from tests.integration.drimbox.partage.test_transferts import until

CT, EXPLICIT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"


def objects_of(etude: Etude) -> list[ObjetDicom]:
    return [ObjetDicom(CT, uid, EXPLICIT, dataset) for uid, dataset in etude.datasets.items()]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PacsIncomplet(), 502, "partage.pacs_en_erreur"),
        (PacsInjoignable(), 503, "partage.pacs_indisponible"),
        (PacsIndisponible(), 504, "partage.pacs_muet"),  # it takes the request and says nothing
        (PacsOccupe(), 503, "partage.trop_de_transferts"),
        (PortOccupe(), 503, "partage.interne"),
        (PacsRefuse(), 502, "partage.pacs_en_erreur"),
        (PacsCoupe(), 502, "partage.pacs_en_erreur"),
        (PacsAbsent(), 404, "partage.ressource_inconnue"),
        (RuntimeError("PAT-TROIS"), 503, "partage.interne"),
    ],
)
async def test_a_pacs_that_fails_before_the_first_image_is_told(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    pacs_that_gives(monkeypatch, error)
    async with porte.client() as session:
        await refused(porte, await get(session, porte.url(etude), await headers(porte, etude)), status, code)


@pytest.mark.parametrize("stranger", ["study", "series", "class", "meta", "garbage"])
async def test_an_object_that_is_not_of_the_exam_never_leaves(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, stranger: str
) -> None:
    objet = objects_of(etude)[0]
    strangers = {
        "study": replace(objet, dataset=objet.dataset.replace(etude.study.encode(), generate_uid()[: len(etude.study)].encode())),
        "series": objects_of(etude)[-1],
        "class": replace(objet, sop_class_uid="1.2.840.10008.5.1.4.1.1.4"),  # an MR where the KOS points to a CT
        "meta": replace(objet, sop_instance_uid=generate_uid()),
        "garbage": replace(objet, dataset=b"\x08\x00\x05\x00CS\xff\xff"),
    }
    pacs_that_gives(monkeypatch, strangers[stranger])
    async with porte.client() as session:
        given = await headers(porte, etude)
        answer = await get(session, porte.url(etude, series=etude.series[0]), given)
        await refused(porte, answer, 502, "partage.objet_etranger")


@pytest.mark.parametrize("error", [RuntimeError("PAT-TROIS"), OperationalError("PAT-TROIS")])
async def test_a_fault_of_ours_shows_nothing_of_its_inside(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from drimbox.source.admission import queries

    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(queries.Kos.objects, "filter", fail)
    async with porte.client() as session:
        answer = await get(session, porte.url(etude), await headers(porte, etude))
    await refused(porte, answer, 503, "partage.interne")
    assert b"PAT-TROIS" not in answer[2]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PacsIncomplet(), "partage.pacs_en_erreur"),  # a class that it refuses to send, or less than announced
        (PacsCoupe(), "partage.pacs_en_erreur"),
        (PacsIndisponible(), "partage.pacs_muet"),  # it never finishes
        (RuntimeError("PAT-TROIS"), "partage.interne"),
    ],
)
async def test_a_pacs_that_fails_midway_cuts_the_answer_and_gives_everything_back(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    faux = pacs_that_gives(monkeypatch, *objects_of(etude)[:3], error)
    async with porte.client() as session:
        with pytest.raises(aiohttp.ClientError):
            await get(session, porte.url(etude), await headers(porte, etude))
        await until(lambda: bool(porte.journal("partage:transfert:cut")))
        line = (await asyncio.to_thread(porte.journal, "partage:transfert:cut"))[0]
        assert (line[1], line[2]["instances"]) == (code, 3)
        assert (faux.opened, faux.closed) == (1, 1)
        pacs_that_gives(monkeypatch, *objects_of(etude))
        assert (await get(session, porte.url(etude), await headers(porte, etude)))[0] == 200
