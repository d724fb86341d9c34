# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A record that does not fit in one answer is searched by periods, halved until each fits: nothing of it is left out in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from drimbox.socle.dmp.errors import TropDeReponses
from drimbox.socle.dmp.model import ContexteVihf, Criteres, FicheDocument

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before the first KOS that a record can hold; what is older still is in the first period, which has no beginning."""
SHORTEST = timedelta(days=1)
MOST_QUESTIONS = 100


class Registre(Protocol):
    """What can be asked for the KOS of a patient (:class:`drimbox.socle.dmp.client.DmpClient`)."""

    async def find_kos(self, contexte: ContexteVihf, criteres: Criteres | None = None) -> list[FicheDocument]:
        """Return the KOS that match, the most recent first."""
        ...


async def find_all(registre: Registre, contexte: ContexteVihf, now: datetime) -> list[FicheDocument]:
    """Return every KOS of a patient, the most recent first.

    Args:
        registre: the DMP.
        contexte: who asks, for whom.
        now: aware; where periods are halved from.

    Raises:
        TropDeReponses: a single day does not fit in an answer, or that would take too many questions.
        DrimmError: the search itself failed.
    """
    periods: list[tuple[datetime | None, datetime | None]] = [(None, None)]
    found: dict[str, FicheDocument] = {}
    for _ in range(MOST_QUESTIONS):
        if not periods:
            return list(found.values())
        start, end = periods.pop()
        try:
            fiches = await registre.find_kos(contexte, Criteres(depuis=start, jusqu_a=end))
        except TropDeReponses:
            middle = _middle(start or OLDEST, end or now)
            periods += [(start, middle), (middle, end)]
        else:
            found.update((fiche.unique_id, fiche) for fiche in fiches if fiche.unique_id not in found)
    raise TropDeReponses


def _middle(start: datetime, end: datetime) -> datetime:
    """Return where a period is cut.

    Raises:
        TropDeReponses: it is too short to be cut.
    """
    if end - start < SHORTEST:
        raise TropDeReponses
    # whole seconds: that is how the registry writes them
    return (start + (end - start) / 2).replace(microsecond=0)
