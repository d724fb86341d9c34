# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The references of a KOS are written by us, byte for byte as highdicom and pydicom would."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drimbox.socle.pacs.model import InstancePacs, SeriePacs
from drimbox.source.pointeur.errors import KosImpossible, ValeurHorsNorme
from tests.unit.drimbox.pointeur.examples import CT, KO, MR, PDF, SC, SR, etude, kos
from tests.unit.drimbox.pointeur.tout_highdicom import rewritten

PRIVATE = "1.3.12.2.1107.5.9.1"
numbers = st.none() | st.integers(-9999, 2**31 - 1)
instances = st.builds(
    InstancePacs,
    st.sampled_from([CT, MR, SR, PDF, KO, SC, PRIVATE]),
    st.integers(1, 40).map(lambda n: f"1.2.840.99.{n}" + "0" * (n % 3)),
    numbers,
    st.none() | st.integers(0, 5000),
)
series = st.lists(
    st.tuples(numbers, st.lists(instances, max_size=6).map(tuple)),
    min_size=1,
    max_size=5,
).filter(lambda found: any(objects for _, objects in found))


def study_of(*found: tuple[int | None, tuple[InstancePacs, ...]]):
    return etude(series=tuple(SeriePacs(f"1.2.840.7.{n}", "CT", number, "Coupes", i) for n, (number, i) in enumerate(found, 8)))


def large(count: int, per_series: int):
    chunks = [range(start, min(start + per_series, count)) for start in range(0, count, per_series)]
    return study_of(*((n, tuple(InstancePacs(CT, f"2.25.{10**30 + i}", i + 1) for i in chunk)) for n, chunk in enumerate(chunks, 1)))


@settings(max_examples=60)
@given(series)
def test_any_study_is_referenced_as_highdicom_would(found):
    study = study_of(*found)
    data = kos(study=study)
    assert data == rewritten(data, study)


@pytest.mark.parametrize(
    "study",
    [etude(), etude(utf8=True), etude(study_date="", study_time=""), large(1300, 100)],
    ids=["mixed objects", "UTF-8", "no date", "1,300 images"],
)
def test_a_whole_study_is_referenced_as_highdicom_would(study):
    data = kos(study=study)
    assert data == rewritten(data, study)


def test_an_object_told_twice_is_evidence_once():
    plain = etude()
    study = replace(plain, series=(plain.series[0], replace(plain.series[1], instances=plain.series[0].instances)))
    data = kos(study=study)
    assert data == rewritten(data, study)


@pytest.mark.parametrize(
    ("instance", "keyword"),
    [
        (InstancePacs(CT, "1." + "2" * 70, 2), "ReferencedSOPInstanceUID"),
        (InstancePacs(CT, "1.2.é", 2), "ReferencedSOPInstanceUID"),
        (InstancePacs(CT, "1.2\\1.3", 2), "ReferencedSOPInstanceUID"),
        (InstancePacs("CT Image", "1.2.4", 2), "ReferencedSOPClassUID"),
        (InstancePacs(CT, "1.2.4", 10**13), "InstanceNumber"),
        (InstancePacs(CT, "1.2.4", 2, 10**13), "NumberOfFrames"),
    ],
)
def test_what_an_attribute_cannot_hold_is_refused_wherever_the_object_is(instance, keyword):
    study = etude(series=(SeriePacs("1.2.3", "CT", 1, "", (InstancePacs(CT, "1.2.3.1", 1), instance)),))
    with pytest.raises(ValeurHorsNorme) as caught:
        kos(study=study)
    assert keyword in caught.value.message
    assert instance.sop_instance_uid not in caught.value.message


@pytest.mark.parametrize(("serie", "keyword"), [(("1.2.x", 1), "SeriesInstanceUID"), (("1.2.3", 10**13), "SeriesNumber")])
def test_what_a_series_cannot_hold_is_refused(serie, keyword):
    uid, number = serie
    with pytest.raises(ValeurHorsNorme) as caught:
        kos(study=etude(series=(SeriePacs(uid, "CT", number, "", (InstancePacs(CT, "1.2.3.1", 1),)),)))
    assert keyword in caught.value.message


@pytest.mark.parametrize("empty", [InstancePacs("", "1.2.3"), InstancePacs(CT, "")], ids=["class", "instance"])
def test_an_object_that_the_pacs_does_not_name_is_never_referenced(empty: InstancePacs):
    with pytest.raises(KosImpossible, match="instance"):
        kos(study=etude(series=(SeriePacs("1.2.3.4", "CT", 1, "", (InstancePacs(CT, "1.2.3.4.1"), empty)),)))


@pytest.mark.peer("dcmtk")
def test_dsrdump_reads_every_reference_of_a_large_study(tmp_path: Path):
    path = tmp_path / "kos.dcm"
    path.write_bytes(kos(study=large(1300, 100)))
    result = subprocess.run(["/usr/bin/dsrdump", path], capture_output=True, timeout=60, check=True)
    assert result.stdout.count(b"<contains IMAGE:") == 1300
    # its one warning speaks of dsrdump itself, which checks no template constraint
    assert [line for line in result.stderr.splitlines() if line.startswith((b"E:", b"F:"))] == []
