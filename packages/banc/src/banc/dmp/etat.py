# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The breakdowns that the simulator can play."""

from __future__ import annotations

from enum import Enum


class Etat(Enum):
    """How the simulated DMP answers.

    NORMAL: as it should.
    PANNE: 503 to everything, nothing is read.
    SILENCE: takes the request and never answers.
    PERTE: does the work, then closes the connection without the answer: what an outbox must survive.
    """

    NORMAL = "normal"
    PANNE = "panne"
    SILENCE = "silence"
    PERTE = "perte"
