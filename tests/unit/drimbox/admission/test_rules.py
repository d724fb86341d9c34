# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Names, KOS and headers of a request."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.source.admission.errors import KosAbsent, KosInconnu, KosRemplace, KosRetire, NomInattendu, Refus
from drimbox.source.admission.rules import KosServi, agree_on_name, names_of, open_study, read_kos_uid

DB = "db1.1.mesimagesmedicales.fr"
SERVED = frozenset({DB, "db2.1.mesimagesmedicales.fr"})
KOS = KosServi("1.2.3", "1.2.4", DB, in_service=True)


@pytest.mark.parametrize("host", [DB, DB + ":8443", DB.upper(), DB + ".", DB + ".:443"])
def test_a_name_that_agrees_is_accepted(host: str) -> None:
    assert agree_on_name(DB, [host], SERVED) == DB


@pytest.mark.parametrize(
    ("requested", "hosts"),
    [
        (None, [DB]),
        (DB, []),
        (DB, [DB, DB]),
        (DB, ["db2.1.mesimagesmedicales.fr"]),
        ("db2.1.mesimagesmedicales.fr", [DB]),
        ("db9.9.mesimagesmedicales.fr", ["db9.9.mesimagesmedicales.fr"]),
        (DB, ["127.0.0.1"]),
        (DB, [DB + "@evil.test"]),
        (DB, [DB + "/x"]),
        (DB, [""]),
    ],
)
def test_names_that_do_not_agree_are_refused(requested: str | None, hosts: list[str]) -> None:
    with pytest.raises(NomInattendu):
        agree_on_name(requested, hosts, SERVED)


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("/dicom-web-rs/studies/1.2", ["host"]),
        ("//other/studies", ["host"]),
        ("/x?y=https://other/", ["host"]),
        ("*", ["host"]),
        ("other:443", ["host"]),
        ("https://other/studies", ["other"]),
        ("HTTPS://other:8443", ["other:8443"]),
        ("https://host@other?x", ["host@other"]),
        ("https:///studies", [""]),
        ("http://host/", []),
        ("ftp://host/", []),
    ],
)
def test_the_name_of_a_whole_address_takes_the_place_of_host_and_another_scheme_names_nothing(target: str, names: list[str]) -> None:
    assert list(names_of(target, ["host"])) == names


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=2))
def test_whatever_the_target_is_only_a_served_name_comes_out(target: str, hosts: list[str]) -> None:
    with contextlib.suppress(Refus):
        assert agree_on_name(DB, names_of(target, hosts), SERVED) == DB


@pytest.mark.parametrize("lines", [[], ["1.2", "1.3"], [""], ["abc"], ["1.2'--"], ["1" * 65]])
def test_a_kos_header_absent_repeated_or_illegible_is_refused(lines: list[str]) -> None:
    with pytest.raises(KosAbsent):
        read_kos_uid(lines)


def test_a_kos_opens_its_study_under_its_name() -> None:
    assert open_study(KOS, "1.2.4", DB) is KOS


@pytest.mark.parametrize(
    ("kos", "study", "db"),
    [
        (None, "1.2.4", DB),
        (replace(KOS, in_service=False), "1.2.4", DB),
        (KOS, "1.2.5", DB),
        (KOS, "1.2.4", "db2.1.mesimagesmedicales.fr"),
    ],
)
def test_unknown_not_deposited_other_study_and_other_name_are_one_answer(kos: KosServi | None, study: str, db: str) -> None:
    with pytest.raises(KosInconnu) as refused:
        open_study(kos, study, db)
    assert (refused.value.message, refused.value.remede) == (KosInconnu.message, KosInconnu.remede)


@pytest.mark.parametrize("ended", [KosRetire, KosRemplace])
def test_a_kos_that_ended_is_told_only_to_who_names_its_study_under_its_name(ended: type[Refus]) -> None:
    kos = replace(KOS, in_service=False, ended=ended)
    with pytest.raises(ended):
        open_study(kos, "1.2.4", DB)
    for study, db in (("1.2.5", DB), ("1.2.4", "db2.1.mesimagesmedicales.fr")):
        with pytest.raises(KosInconnu):
            open_study(kos, study, db)


@given(st.one_of(st.none(), st.text()), st.lists(st.text(), max_size=3))
def test_whatever_the_names_nothing_else_than_ours_is_served(requested: str | None, hosts: list[str]) -> None:
    with contextlib.suppress(NomInattendu):
        assert agree_on_name(requested, hosts, SERVED) in SERVED
