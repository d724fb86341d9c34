# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Searches answered from a KOS: what matches, what is warned of, and JSON that says what pydicom would say."""

from __future__ import annotations

import contextlib
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import config
from pydicom.dataset import Dataset

from drimbox.socle.kos.model import InstanceKos, KosLu, SerieKos
from drimbox.socle.personnes import OID_INS_NIR_TEST, Identifiant
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import RechercheIllisible
from drimbox.source.partage import lignes
from drimbox.source.partage.json_dicom import UNICODE
from drimbox.source.partage.paths import Ressource
from drimbox.source.partage.recherche import read_question, search, unmatched

DB = "db1.1.exemple.invalid"
CT = "1.2.840.10008.5.1.4.1.1.2"
INS = Identifiant("279035121518989", OID_INS_NIR_TEST)
STUDIES, SERIES, INSTANCES = (Ressource(None, level=level) for level in ("studies", "series", "instances"))
LEVELS = st.sampled_from([STUDIES, SERIES, INSTANCES, Ressource("1.2", level="instances"), Ressource("1.2", "1.2.1", level="instances")])
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\\^=") | st.sampled_from("^="), max_size=20
).map(lambda text: text.strip("="))


def examen(series: int = 2, instances: int = 3, *, name: str = "PAT-TROIS^DOMINIQUE", description: str = "coupes") -> ExamenOuvert:
    found = tuple(_serie(rank, instances, description) for rank in range(1, series + 1))
    lu = KosLu(
        "1.1", "1.2", INS, name, "19790328", "F", None, None, "113030", 1, "20210108", "102500", "Scanner du crâne", "", "", found
    )  # fmt: skip
    by_uid = {serie.series_instance_uid: MappingProxyType({i.sop_instance_uid: i for i in serie.instances}) for serie in found}
    return ExamenOuvert(lu, MappingProxyType(by_uid), INS)


def _serie(rank: int, instances: int, description: str) -> SerieKos:
    uids = [f"1.2.{rank}.{number}" for number in range(1, instances + 1)]
    found = tuple(InstanceKos(CT, uid, number or None) for number, uid in enumerate(uids))
    return SerieKos(f"1.2.{rank}", "MR" if rank == 2 else "CT", description, rank, None, found)


@pytest.mark.parametrize(
    ("ressource", "query", "expected"),
    [
        (STUDIES, ("PatientName", "pat-trois*"), 1),
        (STUDIES, ("00100030", "19790328"), 1),
        (STUDIES, ("StudyDate", "20210109-"), 0),
        (STUDIES, ("ModalitiesInStudy", "MR"), 1),
        (STUDIES, ("ModalitiesInStudy", "C"), 0),
        (SERIES, ("Modality", "MR"), 1),
        (SERIES, ("PatientName", "AUTRE"), 0),
        (INSTANCES, ("SeriesInstanceUID", "1.2.1"), 3),
        (INSTANCES, ("SOPInstanceUID", "1.2.1.1,1.2.2.3"), 2),
        (INSTANCES, ("InstanceNumber", "2"), 4),  # one of each series has this number, one has none
        (Ressource("1.2", level="instances"), ("PatientName", "AUTRE"), 6),  # the path names the study: not told there, so no filter
        (Ressource("1.2", "1.2.1", level="instances"), ("Modality", "MR"), 3),
    ],
)
def test_a_row_is_found_when_all_it_says_matches(ressource: Ressource, query: tuple[str, str], expected: int) -> None:
    assert len(list(search(examen(), ressource, read_question([query])))) == expected


def test_a_window_takes_so_many_rows_in_the_order_of_the_kos() -> None:
    rows = search(examen(), INSTANCES, read_question([("limit", "2"), ("offset", "2")]))
    assert [row["SOPInstanceUID"] for row in rows] == ["1.2.1.3", "1.2.2.1"]


def test_rows_that_are_not_asked_for_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    real = lignes.of_instance

    def counted(*args: object) -> object:
        written.append("one")
        return real(*args)  # type: ignore[arg-type]  # whatever it is given

    monkeypatch.setattr(lignes, "of_instance", counted)
    assert len(list(search(examen(instances=1000), INSTANCES, read_question([("limit", "1"), ("offset", "3")])))) == 1
    assert len(written) == 4


@pytest.mark.parametrize(
    ("ressource", "name", "warned"),
    [
        (STUDIES, "PatientName", False),
        (STUDIES, "Modality", True),
        (STUDIES, "StudyID", True),
        (INSTANCES, "PatientName", False),
        (Ressource("1.2", level="instances"), "PatientName", True),
        (Ressource("1.2", "1.2.1", level="instances"), "SOPInstanceUID", False),
        (SERIES, "ModalitiesInStudy", True),
    ],
)
def test_what_filters_nothing_is_warned_of(ressource: Ressource, name: str, warned: bool) -> None:
    assert unmatched(read_question([(name, "x")]), ressource) is warned
    assert unmatched(read_question([("fuzzymatching", "true")]), ressource)


@given(LEVELS)
def test_what_is_said_to_filter_is_what_rows_tell(ressource: Ressource) -> None:
    told = set(next(search(examen(), ressource, read_question([]))))
    assert lignes.keywords(ressource) == told - {"StudyID", "ReferringPhysicianName"}


@settings(max_examples=40)
@given(TEXTS, TEXTS, LEVELS)
def test_the_json_of_a_row_is_that_of_pydicom(name: str, description: str, ressource: Ressource) -> None:
    for row in search(examen(1, 1, name=name, description=description), ressource, read_question([])):
        found = lignes.to_json(row, ressource.level, DB)
        expected = _dataset(row, found["00081190"]["Value"][0]).to_json_dict()
        assert found == expected
        assert list(found) == sorted(found)


def _dataset(row: lignes.Rangee, url: str) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet, dataset.RetrieveURL = UNICODE, url
    with config.disable_value_validation():
        for keyword, value in row.items():
            setattr(dataset, keyword, list(value) if isinstance(value, tuple) else value)
    return dataset


@pytest.mark.parametrize("query", [[("limit", "x")], [("offset", "-1")], [("a" * 600, "x")], [("PatientID", "x" * 600)], [("a", "x")] * 65])
def test_a_search_out_of_bounds_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(RechercheIllisible):
        read_question(query)


@given(
    st.lists(
        st.tuples(st.sampled_from([*lignes.STUDY, *lignes.INSTANCE, "limit", "offset", "0020000D"]) | st.text(), st.text()), max_size=5
    )
)
def test_any_query_is_answered_or_refused_and_never_finds_more_than_there_is(query: list[tuple[str, str]]) -> None:
    for ressource in (STUDIES, SERIES, INSTANCES):
        with contextlib.suppress(RechercheIllisible):
            found = list(search(examen(), ressource, read_question(query)))
            assert len(found) <= {"studies": 1, "series": 2, "instances": 6}[ressource.level]
