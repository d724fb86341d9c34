# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where a token may go."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.distinguished_name import DistinguishedName
from drimbox.conso.rapatriement.errors import DestinationHorsListe, DestinationRefusee
from drimbox.conso.rapatriement.rules import choose_destination, read_destination

ZONE, DB = "mesimagesmedicales.fr", "db1.1.mesimagesmedicales.fr"
URL = f"https://{DB}/dicom-web-rs/studies/1.2/series/1.3"
EVIL = [
    None,
    "",
    "http://db1.1.mesimagesmedicales.fr/dicom-web-rs/studies/1.2/series/1.3",
    "https://127.0.0.1/dicom-web-rs/studies/1.2/series/1.3",
    "https://[::1]/dicom-web-rs",
    f"https://{DB}:8443/dicom-web-rs/studies/1.2/series/1.3",
    f"https://{DB}:443/dicom-web-rs",
    f"https://user@{DB}/dicom-web-rs",
    f"https://user:secret@{DB}/dicom-web-rs",
    f"https://{DB}@evil.test/dicom-web-rs",
    f"https://evil.test\\@{DB}/",
    "https://db1.1.evil.test/dicom-web-rs",
    "https://db1.1.mesimagesmedicales.fr.evil.test/dicom-web-rs",
    "https://vi1.1.mesimagesmedicales.fr/dicom-web-rs",
    "https://mesimagesmedicales.fr/dicom-web-rs",
    f"https://{DB}/dicom-web-rs?x=1",
    f"https://{DB}/dicom-web-rs#x",
    f"ftp://{DB}/",
    f"//{DB}/x",
    f"https:{DB}",
    f"https://{DB}./x",
    "https://db1.1.mesimagesmédicales.fr/x",
    f"https://{DB}%2f@evil.test/",
    f"javascript:alert('{DB}')",
    "https://" + "a" * 3000,
    f"https://{DB}/" + "a" * 3000,
]


class Liste:
    """What the rules ask of a list."""

    def dns(self, db: str) -> frozenset[DistinguishedName]:
        return frozenset({DistinguishedName.parse("CN=x,C=FR")}) if db == DB else frozenset()


LISTE: Any = Liste()


def test_a_name_of_the_list_is_a_destination_and_its_address_is_made_here() -> None:
    destination = choose_destination("https://DB1.1.mesimagesmedicales.fr/other/path", LISTE, ZONE)
    assert destination.url("1.2", "1.3") == URL


@pytest.mark.parametrize("url", EVIL)
def test_an_address_that_is_not_that_of_a_drimbox_is_refused(url: str | None) -> None:
    with pytest.raises(DestinationRefusee):
        read_destination(url, ZONE)


def test_a_name_that_the_list_does_not_hold_is_refused() -> None:
    with pytest.raises(DestinationHorsListe):
        choose_destination("https://db2.1.mesimagesmedicales.fr/dicom-web-rs", LISTE, ZONE)


@given(
    st.one_of(
        st.text(max_size=100),
        st.text(max_size=30).map(lambda t: f"https://{DB}{t}"),
        st.text(max_size=30).map(lambda t: f"https://{t}{DB}/"),
    )
)
def test_whatever_the_address_only_the_name_of_the_list_comes_out(url: str) -> None:
    with contextlib.suppress(DestinationRefusee):
        assert str(choose_destination(url, LISTE, ZONE).db) == DB
