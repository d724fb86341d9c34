# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-FIND against a PACS whose answers cannot be read: none is passed over, neither an image nor a whole study."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from pydicom.dataset import Dataset
from pynetdicom.dsutils import encode

from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.errors import PacsRefuse
from drimbox.socle.pacs.questions import find_etude, find_study_uids
from drimbox.socle.pacs.questions_dimse import STUDY_ROOT_FIND
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, Script, Session, pacs_that

SERIES = STUDY + ".1"
WITHOUT_END = b"\x08\x00\x18\x00SQ\0\0\xff\xff\xff\xff" + b"no item"


def answer(level: str, **values: str) -> bytes:
    dataset = Dataset()
    dataset.QueryRetrieveLevel = level
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    encoded = encode(dataset, False, True)
    assert encoded is not None
    return encoded


GOOD_STUDY = answer("STUDY", StudyInstanceUID=STUDY, AccessionNumber="ACN1")
GOOD_SERIES = answer("SERIES", SeriesInstanceUID=SERIES, Modality="CT")
GOOD_IMAGE = answer("IMAGE", SOPInstanceUID=SERIES + ".1", SOPClassUID=CT)
UNREADABLE = [WITHOUT_END, b"", GOOD_IMAGE[:20], answer("IMAGE", SOPInstanceUID="", SOPClassUID=CT)]


def answering(*questions: Sequence[bytes]) -> Script:
    """Answer each question by its answers, in order; then say that it is over."""

    async def script(session: Session) -> None:
        for answers in questions:
            asked = await session.asked()
            for data in answers:
                say(session, asked, 0xFF00, data)
            say(session, asked, command.SUCCESS, None)

    return script


def say(session: Session, asked: command.Commande, status: int, data: bytes | None) -> None:
    found = session.association.context_for(STUDY_ROOT_FIND)
    assert found is not None
    said = command.encode({
        command.CLASS_UID: STUDY_ROOT_FIND,
        command.FIELD: command.C_FIND_RSP,
        command.RESPONDED_ID: asked.number(command.MESSAGE_ID),
        command.DATA_SET_TYPE: command.NO_DATA_SET if data is None else command.WITH_DATA_SET,
        command.STATUS: status,
    })  # fmt: skip
    session.association.send(found[0], said, data)


async def test_a_pacs_whose_answers_are_read_describes_its_study():
    async with pacs_that(answering([GOOD_STUDY], [GOOD_SERIES], [GOOD_IMAGE])) as pacs:
        etude = await asyncio.to_thread(find_etude, pacs, STUDY)
    assert etude is not None
    assert [instance.sop_instance_uid for serie in etude.series for instance in serie.instances] == [SERIES + ".1"]


@pytest.mark.parametrize("unreadable", UNREADABLE, ids=["sequence without end", "empty", "cut", "no UID"])
async def test_an_image_that_cannot_be_read_is_not_left_out_of_the_study(unreadable: bytes):
    async with pacs_that(answering([GOOD_STUDY], [GOOD_SERIES], [GOOD_IMAGE, unreadable])) as pacs:
        with pytest.raises(PacsRefuse, match="illisible"):
            await asyncio.to_thread(find_etude, pacs, STUDY)


@pytest.mark.parametrize("unreadable", UNREADABLE, ids=["sequence without end", "empty", "cut", "no UID"])
async def test_a_study_or_a_series_that_cannot_be_read_is_not_one_that_the_pacs_lacks(unreadable: bytes):
    for questions in ([[unreadable]], [[GOOD_STUDY], [unreadable]]):
        async with pacs_that(answering(*questions)) as pacs:
            with pytest.raises(PacsRefuse, match="illisible"):
                await asyncio.to_thread(find_etude, pacs, STUDY)
    async with pacs_that(answering([unreadable])) as pacs:
        with pytest.raises(PacsRefuse, match="illisible"):
            await asyncio.to_thread(find_study_uids, pacs, accession="ACN1")
