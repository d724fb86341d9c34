# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What one simulated DMP knows."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DmpConfig:
    """One instance.

    Attributes:
        folder: where deposits and KOS are kept as files.
        anchors: folder of the authorities of the organisations and of their CRLs (PEM or DER), read again when it changes.
        patients: INS that have a DMP; None: every well-formed INS has one.
        repository_unique_id: OID of the repository.
        max_bytes: largest request.
        clock_skew: how far the clock of a client may be.
        assertion_life: longest validity of an assertion.
        now: clock.
    """

    folder: Path
    anchors: Path
    patients: Container[str] | None = None
    repository_unique_id: str = "2.999.213.4.1"
    max_bytes: int = 64 * 1024 * 1024
    clock_skew: timedelta = timedelta(minutes=2)
    assertion_life: timedelta = timedelta(hours=1)
    now: Callable[[], datetime] = _utc_now
