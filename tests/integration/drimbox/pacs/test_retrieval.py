# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-GET against the simulator: the bytes it keeps, one by one, and nothing left behind when the reader leaves."""

from __future__ import annotations

import threading
import time
from itertools import islice
from pathlib import Path

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_images
from banc.pacs import PacsSimulator
from drimbox.socle.pacs.errors import PacsAbsent, PacsIncomplet, PacsIndisponible, PacsOccupe, PacsRefuse
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.retrieval import retrieve
from tests.integration.drimbox.pacs.conftest import settings_of

STUDY = IDENTITE.examens[0].study_instance_uid


def kept(pacs: PacsSimulator) -> dict[str, bytes]:
    return {entry.sop_instance_uid: entry.load().dataset for entry in pacs.index.entries()}


def wait_until(condition) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_study_comes_with_the_bytes_that_the_pacs_keeps(pacs_a: PacsSimulator):
    with retrieve(settings_of(pacs_a), STUDY) as objets:
        received = list(objets)
    assert {objet.sop_instance_uid: objet.dataset for objet in received} == kept(pacs_a)
    assert {objet.transfer_syntax_uid for objet in received} == {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80"}


def test_a_series_and_an_instance_come_alone(pacs_a: PacsSimulator):
    pacs = settings_of(pacs_a)
    etude = find_etude(pacs, STUDY)
    assert etude is not None
    serie = etude.series[1]
    with retrieve(pacs, STUDY, serie.series_instance_uid) as objets:
        assert {objet.sop_instance_uid for objet in objets} == {i.sop_instance_uid for i in serie.instances}
    with retrieve(pacs, STUDY, serie.series_instance_uid, serie.instances[2].sop_instance_uid) as objets:
        assert [objet.sop_instance_uid for objet in objets] == [serie.instances[2].sop_instance_uid]


@pytest.mark.parametrize("uids", [("1.2.3",), (STUDY, "1.2.3")], ids=["study", "series"])
def test_what_the_pacs_does_not_hold_is_said_absent(pacs_a: PacsSimulator, uids):
    with retrieve(settings_of(pacs_a), *uids) as objets, pytest.raises(PacsAbsent):
        next(objets)


def test_a_reader_that_leaves_early_frees_the_pacs_and_the_thread(pacs_a: PacsSimulator):
    before = threading.active_count()
    with retrieve(settings_of(pacs_a), STUDY, buffered=1) as objets:
        next(objets)
    assert wait_until(lambda: pacs_a.associations == 0)
    assert wait_until(lambda: threading.active_count() <= before)


def test_a_slow_reader_holds_the_pacs_back(pacs_a: PacsSimulator, monkeypatch):
    sent: list[str] = []
    load = type(pacs_a.index.entries()[0]).load
    monkeypatch.setattr(type(pacs_a.index.entries()[0]), "load", lambda entry: (sent.append(entry.sop_instance_uid), load(entry))[1])
    with retrieve(settings_of(pacs_a), STUDY, buffered=1) as objets:
        next(objets)
        assert wait_until(lambda: len(sent) >= 3)
        time.sleep(0.3)  # an unbounded sender would have sent everything by now
        # one read, one waiting in the channel, one in the hands of the thread, one that the PACS prepares
        assert len(sent) <= 4
        assert len(list(objets)) == 7


def test_two_retrievals_at_once_never_mix(tmp_path: Path):
    identite = IDENTITE.with_examens(ExamenJeu.numbered(1), ExamenJeu.numbered(2))
    make_images(tmp_path, identite, slices=6)
    with PacsSimulator(tmp_path, "PACSA", known_aets={"DRIMBOX": None}) as simulator:
        wanted = {
            examen.study_instance_uid: {
                entry.sop_instance_uid for entry in simulator.index.entries() if entry.header.StudyInstanceUID == examen.study_instance_uid
            }
            for examen in identite.examens
        }
        first, second = wanted
        pacs = settings_of(simulator)
        with retrieve(pacs, first, buffered=1) as left, retrieve(pacs, second, buffered=1) as right:
            pairs = list(zip(left, right, strict=True))
    assert {pair[0].sop_instance_uid for pair in pairs} == wanted[first]
    assert {pair[1].sop_instance_uid for pair in pairs} == wanted[second]


def test_a_pacs_that_fails_to_send_some_objects_is_told_incomplete(pacs_a: PacsSimulator, monkeypatch):
    broken = pacs_a.index.entries()[3]
    load = type(broken).load

    def fail(entry):
        if entry.sop_instance_uid == broken.sop_instance_uid:
            raise OSError
        return load(entry)

    monkeypatch.setattr(type(broken), "load", fail)
    received = []
    with retrieve(settings_of(pacs_a), STUDY) as objets, pytest.raises(PacsIncomplet):
        received.extend(objets)
    assert len(received) <= 7


def test_a_pacs_that_dies_on_the_way_is_unavailable(exam: Path):
    simulator = PacsSimulator(exam, "PACSA", known_aets={"DRIMBOX": None}).start()
    with retrieve(settings_of(simulator, timeout=3.0), STUDY, buffered=1) as objets:
        next(objets)
        simulator.stop()
        with pytest.raises(PacsIndisponible):
            list(islice(objets, 100))


def test_no_more_associations_than_allowed_are_opened(pacs_a: PacsSimulator):
    patient, hurried = (settings_of(pacs_a, max_associations=1, timeout=timeout) for timeout in (10.0, 0.5))
    with retrieve(patient, STUDY, buffered=1) as first:
        next(first)
        with retrieve(hurried, STUDY) as second, pytest.raises(PacsOccupe):
            next(second)


def test_a_pacs_without_c_get_refuses(exam: Path, monkeypatch):
    monkeypatch.setattr("banc.pacs.simulator.GET", "1.2.840.10008.5.1.4.1.2.2.2")
    with (
        PacsSimulator(exam, "PACSA", known_aets={"DRIMBOX": None}) as simulator,
        retrieve(settings_of(simulator), STUDY) as objets,
        pytest.raises(PacsRefuse),
    ):
        next(objets)


def test_an_instance_without_its_series_is_the_caller_s_fault(pacs_a: PacsSimulator):
    with pytest.raises(ValueError, match="series"), retrieve(settings_of(pacs_a), STUDY, None, "1.2.3"):
        pass
