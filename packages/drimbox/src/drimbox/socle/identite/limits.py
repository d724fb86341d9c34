# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How much and how long, for everything exchanged with PSC."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limites:
    """Bounds of the exchanges with PSC.

    Attributes:
        response_bytes: largest answer read.
        token_characters: longest token accepted, from anyone.
        metadata_seconds: age at which discovery and keys are fetched again.
        metadata_stale_seconds: age up to which they still serve when PSC does not answer.
        keys_pause_seconds: shortest time between two fetches of keys for an unknown key id.
        introspection_seconds: longest time an active answer is kept; a shorter life of the token wins.
        introspection_entries: answers kept.
        refusal_seconds: time during which a token that PSC did not know as active is not asked about again.
        questions_per_presenter: questions that one presenter may have under way: twice what the door lets it ask at once.
        refusals_per_presenter: tokens of one presenter refused within a minute, beyond which no more is asked.
        presenters: presenters remembered.
        login_seconds: time given to a person between our request and the return.
        clock_skew_seconds: difference of clocks tolerated in an id_token.
        refresh_seconds: life of a refresh token that PSC does not tell.
    """

    response_bytes: int = 256 * 1024
    token_characters: int = 8192
    metadata_seconds: float = 3600
    metadata_stale_seconds: float = 24 * 3600
    keys_pause_seconds: float = 60
    introspection_seconds: float = 30
    introspection_entries: int = 10_000
    refusal_seconds: float = 30
    questions_per_presenter: int = 128
    refusals_per_presenter: int = 32
    presenters: int = 4096
    login_seconds: float = 600
    clock_skew_seconds: int = 30
    refresh_seconds: float = 30 * 60


LIMITES = Limites()
