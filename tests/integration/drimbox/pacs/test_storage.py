# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-STORE against the simulator: stored when the PACS says so, and the bytes that were given."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from banc.jeux import IDENTITE
from banc.pacs import PacsSimulator
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.storage import NO_CONTEXT, store
from tests.integration.drimbox.pacs.conftest import fetch, settings_of

STUDY = IDENTITE.examens[0].study_instance_uid


@pytest.fixture
def objets(pacs_a: PacsSimulator) -> list[ObjetDicom]:
    return [entry.load() for entry in pacs_a.index.entries()]


def test_a_study_goes_from_one_pacs_to_the_other_untouched(pacs_a: PacsSimulator, pacs_b: PacsSimulator):
    objets = asyncio.run(fetch(settings_of(pacs_a), DemandeImages(STUDY)))
    results = list(store(settings_of(pacs_b), objets.values()))
    assert [result.stored for result in results] == [True] * 8
    assert not any(result.warning for result in results)
    sent = {entry.sop_instance_uid: entry.load() for entry in pacs_a.index.entries()}
    assert {entry.sop_instance_uid: entry.load() for entry in pacs_b.index.entries()} == sent


def test_an_object_that_the_pacs_cannot_read_is_told_refused(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    damaged = [objets[0], replace(objets[1], sop_instance_uid="1.2.3"), replace(objets[2], dataset=b"\xff" * 100), objets[3]]
    results = list(store(settings_of(pacs_b), damaged))
    assert [result.stored for result in results] == [True, False, False, True]
    assert results[1].status == 0xA900
    assert len(pacs_b.index.entries()) == 2


def test_an_object_of_a_kind_that_the_pacs_does_not_take_is_told_refused(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    private = replace(objets[0], sop_class_uid="1.3.12.2.1107.5.9.1")
    results = list(store(settings_of(pacs_b), [private, objets[0], private, objets[1]]))
    assert [(result.stored, result.status) for result in results] == [(False, NO_CONTEXT), (True, 0), (False, NO_CONTEXT), (True, 0)]


def test_objects_are_read_one_at_a_time(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    read: list[str] = []

    def reading():
        for objet in objets:
            read.append(objet.sop_instance_uid)
            yield objet

    for count, _result in enumerate(store(settings_of(pacs_b), reading()), 1):
        assert len(read) == count


def test_leaving_early_ends_the_association(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    sending = store(settings_of(pacs_b), objets)
    assert next(sending).stored
    sending.close()
    assert len(pacs_b.index.entries()) == 1
    assert list(store(settings_of(pacs_b, max_associations=1), objets))[-1].stored


def test_a_pacs_that_does_not_know_us_refuses(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    with pytest.raises(PacsRefuse):
        list(store(settings_of(pacs_b, calling_aet="STRANGER"), objets))


def test_a_pacs_that_dies_on_the_way_leaves_the_rest_unknown(pacs_b: PacsSimulator, objets: list[ObjetDicom]):
    sending = store(settings_of(pacs_b, timeout=2.0), objets)
    assert next(sending).stored
    pacs_b.stop()
    with pytest.raises(PacsIndisponible):
        list(sending)
