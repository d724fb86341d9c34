# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from espace.courrier.reglages import Courrier
from espace.courrier.rules import next_try, seconds_between, worn_out

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BASE: dict[str, Any] = {"host": "smtp.administrateur.test", "sender": "e@a.test", "agents": "a@a.test"}


def test_the_delay_doubles_up_to_the_longest() -> None:
    reglages = Courrier(**BASE)
    assert [seconds_between(reglages, essais) for essais in range(1, 9)] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert next_try(reglages, 2, NOW) == NOW + timedelta(minutes=2)


@given(st.integers(1, 10_000))
def test_a_mail_given_up_was_tried_for_the_days_allowed_and_no_longer(essais: int) -> None:
    reglages = Courrier(**BASE)
    waited = sum(min(60.0 * 2 ** min(count - 1, 30), 3600.0) for count in range(1, essais + 1))
    assert worn_out(reglages, essais) == (waited > 5 * 86400)


@pytest.mark.parametrize(
    "changes",
    [
        {"tls": "none"},
        {"tls": "none", "host": "10.0.0.1"},
        {"user": "espace"},
        {"sender": "x\nBcc: y@z.test"},
        {"agents": "pas une adresse"},
        {"first_retry_seconds": 10.0, "longest_retry_seconds": 5.0},
        {"batch": 0},
        {"autre": 1},
    ],
)
def test_settings_that_would_leak_or_never_send_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Courrier(**{**BASE, **changes})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_without_encryption_only_this_machine_is_spoken_to(host: str) -> None:
    assert Courrier(**{**BASE, "host": host, "tls": "none"}).enveloppe == "e@a.test"
