# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-ECHO and C-FIND against the simulator: what it holds, what it refuses, when it is not there."""

from __future__ import annotations

import socket

import pytest

from banc.jeux import IDENTITE
from banc.pacs import PacsSimulator
from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.questions import LimitesReponse, echo, find_etude, find_study_uids
from tests.integration.drimbox.pacs.conftest import settings_of

STUDY = IDENTITE.examens[0].study_instance_uid


def test_a_living_pacs_answers(pacs_a: PacsSimulator):
    echo(settings_of(pacs_a))


def test_a_study_is_described_with_its_series_and_instances_in_order(pacs_a: PacsSimulator):
    etude = find_etude(settings_of(pacs_a), STUDY)
    assert etude is not None
    assert (etude.accession_number, etude.patient_id, etude.patient_name) == ("ACN-000001", "IPP-000042", "PAT-BANC^CAMILLE")
    assert (etude.patient_birth_date, etude.patient_sex, etude.study_date, etude.study_time) == ("19850614", "F", "20260312", "102500")
    assert etude.study_description == "Scanner de la tête et du rachis thoracique"
    assert [(s.number, s.modality, s.description) for s in etude.series] == [
        (2, "CT", "Tête, coupes axiales"),
        (3, "CT", "Rachis thoracique, coupes axiales"),
    ]
    assert [[i.number for i in s.instances] for s in etude.series] == [[1, 2, 3, 4]] * 2


def test_one_series_alone_can_be_asked_for(pacs_a: PacsSimulator):
    whole = find_etude(settings_of(pacs_a), STUDY)
    assert whole is not None
    part = find_etude(settings_of(pacs_a), STUDY, series_uid=whole.series[1].series_instance_uid)
    assert part is not None
    assert part.series == (whole.series[1],)


def test_an_unknown_study_is_none(pacs_a: PacsSimulator):
    assert find_etude(settings_of(pacs_a), "1.2.3") is None


def test_studies_are_found_by_accession_number(pacs_a: PacsSimulator):
    assert find_study_uids(settings_of(pacs_a), accession="ACN-000001") == (STUDY,)
    assert find_study_uids(settings_of(pacs_a), accession="ACN-00000") == ()


@pytest.mark.parametrize("names", [{"aet": "OTHER"}, {"calling_aet": "STRANGER"}], ids=["called", "calling"])
def test_a_pacs_that_does_not_know_us_refuses(pacs_a: PacsSimulator, names):
    with pytest.raises(PacsRefuse):
        echo(settings_of(pacs_a, **names))


def test_a_pacs_that_is_not_there_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PacsIndisponible):
        echo(Pacs(name="a", host="127.0.0.1", port=port, aet="A", timeout=2.0))


def test_a_pacs_that_says_nothing_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(PacsIndisponible):
        echo(Pacs(name="a", host="127.0.0.1", port=server.getsockname()[1], aet="A", timeout=0.5))


def test_answers_without_end_are_cut(pacs_a: PacsSimulator):
    with pytest.raises(PacsRefuse):
        find_etude(settings_of(pacs_a), STUDY, limites=LimitesReponse(instances=3))


def test_no_answer_is_ever_lost_between_two_questions(pacs_a: PacsSimulator):
    # the reactor of pynetdicom used to take one answer in a few hundred, and drop it
    first = find_etude(settings_of(pacs_a), STUDY)
    assert first is not None
    assert all(find_etude(settings_of(pacs_a), STUDY) == first for _turn in range(60))
