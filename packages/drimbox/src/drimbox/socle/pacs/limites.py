# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How much a PACS may answer to a question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitesReponse:
    """How much a PACS may answer before we stop listening.

    Attributes:
        series: series of one study.
        instances: instances of one study.
        studies: studies of one accession number.
        octets: size of one answer of QIDO.
        page: results asked at a time from QIDO.
    """

    series: int = 5_000
    instances: int = 100_000
    studies: int = 100
    octets: int = 64 * 1024 * 1024
    page: int = 1_000


LIMITES = LimitesReponse()
