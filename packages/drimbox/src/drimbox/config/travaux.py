# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the work that is put off: who does it, when it is tried again."""

from __future__ import annotations

from pydantic import Field

from confiance.exploitation.settings import Section


class Delais(Section):
    """Delays between two attempts: the first, then each one longer than the last, up to a ceiling."""

    first_seconds: float = Field(30.0, description="Délai avant la première reprise, en secondes.", gt=0)
    factor: float = Field(2.0, description="Facteur entre deux délais.", ge=1)
    longest_seconds: float = Field(3600.0, description="Délai le plus long, en secondes.", gt=0)
    jitter: float = Field(0.2, description="Part aléatoire du délai, entre 0 et 1.", ge=0, le=1)


class Reprises(Section):
    """[reprises] — when what could not be done is tried again; nothing is ever given up without a person's decision."""

    images: Delais = Delais(first_seconds=60.0, longest_seconds=1800.0)
    pacs: Delais = Delais(first_seconds=15.0, longest_seconds=600.0)
    dmp: Delais = Delais(first_seconds=15.0, longest_seconds=1800.0)


class Ouvrier(Section):
    """[ouvrier] — the process that does what was put off."""

    concurrency: int = Field(8, description="Travaux menés en même temps.", ge=1)
    stop_seconds: float = Field(8.0, description="Temps laissé aux travaux en cours à l'arrêt, en secondes.", gt=0)
    poll_seconds: float = Field(2.0, description="Délai entre deux regards sur les travaux dont l'heure est venue, en secondes.", gt=0)
    stalled_seconds: float = Field(30.0, description="Silence d'un ouvrier au bout duquel ses travaux sont repris.", gt=0)
