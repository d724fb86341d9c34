# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Paths of the images door."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.admission.errors import AdresseIllisible, CadresIllisibles, Refus, RessourceInconnue
from drimbox.source.partage.paths import MAX_FRAMES, MAX_PATH, Forme, Ressource, read_path

BASE = "/dicom-web-rs/studies/1.2"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (BASE, Ressource("1.2")),
        (BASE + "/series/1.3", Ressource("1.2", "1.3")),
        (BASE + "/series/1.3/instances/1.4", Ressource("1.2", "1.3", "1.4")),
        (BASE + "/series/1.3/instances/1.4/frames/1", Ressource("1.2", "1.3", "1.4", (1,), Forme.CADRES)),
        (BASE + "/series/1.3/instances/1.4/frames/1,2,30", Ressource("1.2", "1.3", "1.4", (1, 2, 30), Forme.CADRES)),
        (BASE + "/metadata", Ressource("1.2", forme=Forme.METADONNEES)),
        (BASE + "/series/1.3/metadata", Ressource("1.2", "1.3", forme=Forme.METADONNEES)),
        (BASE + "/series/1.3/instances/1.4/metadata", Ressource("1.2", "1.3", "1.4", forme=Forme.METADONNEES)),
        (BASE + "/series/1.3/instances/1.4/rendered", Ressource("1.2", "1.3", "1.4", forme=Forme.RENDU)),
        (BASE + "/series/1.3/instances/1.4/frames/2/rendered", Ressource("1.2", "1.3", "1.4", (2,), Forme.RENDU)),
        ("/dicom-web-rs/studies", Ressource(None, forme=Forme.RECHERCHE, level="studies")),
        ("/dicom-web-rs/series", Ressource(None, forme=Forme.RECHERCHE, level="series")),
        (BASE + "/series", Ressource("1.2", forme=Forme.RECHERCHE, level="series")),
        (BASE + "/instances", Ressource("1.2", forme=Forme.RECHERCHE, level="instances")),
        (BASE + "/series/1.3/instances", Ressource("1.2", "1.3", forme=Forme.RECHERCHE, level="instances")),
    ],
)
def test_every_form_and_level_is_read(path: str, expected: Ressource) -> None:
    assert read_path(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dicom-web-rs",
        "/dicom-web-rs/",
        "/studies/1.2",
        BASE + "/",
        BASE + "/rendered",
        BASE + "/series/1.3/instances/1.4/frames/1/metadata",
        BASE + "/series/1.3/instances/1.4/frames/1,2/rendered",
        BASE + "/studies",
        BASE + "/series/1.3/series",
        BASE + "/series/1.3/rendered",
        "/dicom-web-rs/series/1.3",
        BASE + "/series/1.3/instances/1.4/frames/1/x",
        "/dicom-web-rs/../studies/1.2",
    ],
)
def test_other_shapes_are_unknown(path: str) -> None:
    with pytest.raises(RessourceInconnue):
        read_path(path)


@pytest.mark.parametrize("uid", ["", "abc", "1..2", ".1", "1.", "01.2", "1.02", "1" * 65, "1.2%2F", "1.2\n", "*"])
def test_what_is_not_a_uid_is_refused(uid: str) -> None:
    with pytest.raises(AdresseIllisible):
        read_path(f"/dicom-web-rs/studies/{uid}/series/1.3")


@pytest.mark.parametrize("frames", ["1,1", "1,2,1", "0", "1,", "x"])
def test_frames_that_are_no_numbers_or_are_asked_twice_are_refused(frames: str) -> None:
    with pytest.raises(CadresIllisibles):
        read_path(f"{BASE}/series/1.3/instances/1.4/frames/{frames}")


def test_as_many_frames_as_the_bound_allows_are_read_whatever_the_length_of_the_uids() -> None:
    uid = "1." + "2" * 62
    numbers = range(9999, 9999 - MAX_FRAMES, -1)
    path = f"/dicom-web-rs/studies/{uid}/series/{uid}/instances/{uid}/frames/{','.join(map(str, numbers))}"
    assert read_path(path).frames == tuple(numbers)
    assert len(path) <= MAX_PATH
    with pytest.raises(CadresIllisibles, match="trop de cadres"):
        read_path(f"{BASE}/series/1.3/instances/1.4/frames/{','.join(map(str, range(1, MAX_FRAMES + 2)))}")


def test_a_path_too_long_is_said_to_be_so_and_not_unknown() -> None:
    with pytest.raises(AdresseIllisible, match="trop longue"):
        read_path(BASE + "/series/" + "1" * MAX_PATH)


def test_the_template_of_a_path_holds_no_uid() -> None:
    assert read_path(BASE + "/series/1.3/instances/1.4").template == "/dicom-web-rs/studies/*/series/*/instances/*"


@given(st.text(max_size=300))
def test_whatever_the_path_only_our_refusals_leave(path: str) -> None:
    with contextlib.suppress(Refus):
        read_path(path)
