# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Names and kinds."""

from __future__ import annotations

from uuid import UUID

import pytest

from drimbox.source.pointeur.rules import Edition, is_image, is_older, new_uid, retrieve_url


def test_a_new_uid_is_under_2_25_and_fits_dicom():
    assert new_uid(UUID(int=2**128 - 1)) == f"2.25.{2**128 - 1}"
    assert len(new_uid(UUID(int=2**128 - 1))) <= 64
    assert new_uid() != new_uid()


def test_the_address_names_the_couple():
    assert retrieve_url("db1.349.mesimagesmedicales.fr", "1.2", "1.3") == (
        "https://db1.349.mesimagesmedicales.fr/dicom-web-rs/studies/1.2/series/1.3"
    )


@pytest.mark.parametrize(
    ("uid", "image"),
    [
        ("1.2.840.10008.5.1.4.1.1.2", True),
        ("1.2.840.10008.5.1.4.1.1.2.1", True),
        ("1.2.840.10008.5.1.4.1.1.20", True),
        ("1.2.840.10008.5.1.4.1.1.3.1", True),
        ("1.2.840.10008.5.1.4.1.1.7.4", True),
        ("1.2.840.10008.5.1.4.1.1.6.2", True),
        ("1.2.840.10008.5.1.4.1.1.66.4", True),
        ("1.2.840.10008.5.1.4.1.1.77.1.6", True),
        ("1.2.840.10008.5.1.4.1.1.104.1", False),
        ("1.2.840.10008.5.1.4.1.1.88.33", False),
        ("1.2.840.10008.5.1.4.1.1.88.59", False),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", False),
        ("1.2.840.10008.5.1.4.1.1.11.1", False),
        ("1.3.12.2.1107.5.9.1", False),
    ],
)
def test_storage_classes_with_pixels_are_images(uid, image):
    assert is_image(uid) is image


@pytest.mark.parametrize(
    ("new", "known", "replaces", "older"),
    [
        (Edition(2, "s", "2"), Edition(3, "s", "1"), False, False),
        (Edition(3, "s", "1"), Edition(2, "s", "2"), True, True),
        (Edition(2, "s", "1"), Edition(3, "s", "1"), False, True),
        (Edition(2, "s", "1"), Edition(3, "s", "1"), True, False),
        (Edition(3, "s", "1"), Edition(2, "t", "2"), False, False),
        (Edition(3, None, "1"), Edition(2, None, "2"), False, False),
        (Edition(2, "s", "two"), Edition(3, "s", "1"), False, True),
        (Edition(2, "s", "9" * 5000), Edition(3, "s", "1"), False, True),
        (Edition(3), Edition(3), False, False),
    ],
)
def test_versions_of_one_set_decide_then_the_order_of_the_messages(new: Edition, known: Edition, replaces: bool, older: bool) -> None:
    assert is_older(new, known, replaces=replaces) is older
