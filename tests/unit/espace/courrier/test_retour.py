# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Notices read from bytes that anybody may send."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.courrier import retour
from espace.courrier.errors import RetourIllisible
from espace.courrier.retour import Avis, read
from tests.unit.espace.courrier.avis import dsn

MARK = "0123456789abcdef0123456789abcdef"
OURS = f"<{MARK}@espace.test>"


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_the_mark_is_found_in_the_headers_given_back(kind: str) -> None:
    assert read(dsn(OURS, kind=kind)) == Avis(MARK, echec=True, status="5.1.1")


def test_the_mark_is_found_in_the_envid() -> None:
    assert read(dsn("", envid=MARK)) == Avis(MARK, echec=True, status="5.1.1")


def test_the_mark_is_found_in_the_address_that_received_the_notice() -> None:
    assert read(dsn("", to=f"retours+{MARK}@administrateur.test")) == Avis(MARK, echec=True, status="5.1.1")


def test_a_delay_is_no_failure() -> None:
    assert read(dsn(OURS, action="delayed", status="4.4.7")) == Avis(MARK, echec=False, status="4.4.7")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"Subject: absent\r\n\r\nJe suis absent.",
        dsn(""),
        dsn(OURS).replace(b"delivery-status;", b"disposition-notification;"),
        dsn(OURS).replace(b"message/delivery-status", b"text/plain"),
        dsn(OURS).replace(b"Action: failed\r\n", b""),
        dsn(OURS) + b" " * retour.MAX_BYTES,
    ],
    ids=["empty", "absence", "no mark", "other report", "no status", "no action", "too large"],
)
def test_what_is_no_notice_of_ours_is_refused(octets: bytes) -> None:
    with pytest.raises(RetourIllisible):
        read(octets)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_by_name(octets: bytes) -> None:
    with contextlib.suppress(RetourIllisible):
        read(octets)


@given(st.integers(0, 900), st.integers(0, 60), st.binary(max_size=20))
def test_any_notice_cut_or_filled_is_read_or_refused_by_name(at: int, length: int, filling: bytes) -> None:
    whole = dsn(OURS, envid=MARK)
    with contextlib.suppress(RetourIllisible):
        read(whole[:at] + filling + whole[at + length :])


@pytest.mark.parametrize("levels", [50, 3000])
def test_parts_nested_deep_are_refused_in_bounded_time(levels: int) -> None:
    heads = b"".join(
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(levels)
    )
    with pytest.raises(RetourIllisible):
        read(heads[: retour.MAX_BYTES])
