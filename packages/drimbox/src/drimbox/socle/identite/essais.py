# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How many questions about tokens one presenter may cost us: PSC counts them all as ours, and could refuse the others' with them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from drimbox.socle.identite.errors import TropDEssais
from drimbox.socle.identite.limits import Limites


@dataclass(slots=True)
class _Minute:
    since: float
    refused: int = 0
    asking: int = 0


class Essais:
    """Counts, for each presenter, the questions under way and those of the minute whose token PSC did not know as active."""

    def __init__(self, limits: Limites) -> None:
        self._limits = limits
        self._known: OrderedDict[str, _Minute] = OrderedDict()

    def begin(self, presenter: str, at: float) -> None:
        """Count a question that begins; :meth:`end` must follow.

        Args:
            presenter: who presents the token; an empty text is nobody, and is not counted.
            at: monotonic seconds.

        Raises:
            TropDEssais: this one has too many already.
        """
        minute = self._known.setdefault(presenter, _Minute(at))
        self._known.move_to_end(presenter)
        if at - minute.since >= 60:
            minute.since, minute.refused = at, 0
        limits = self._limits
        if presenter and (minute.refused >= limits.refusals_per_presenter or minute.asking >= limits.questions_per_presenter):
            raise TropDEssais
        minute.asking += 1

    def end(self, presenter: str, *, refused: bool) -> None:
        """Count its end, and whether PSC said that the token is none."""
        minute = self._known[presenter]
        minute.asking -= 1
        minute.refused += refused
        self._forget()

    def _forget(self) -> None:
        """Keep a bounded number of presenters; who has a question under way is not forgotten."""
        while len(self._known) > self._limits.presenters:
            idle = next((name for name, minute in self._known.items() if not minute.asking), None)
            if idle is None:
                return
            del self._known[idle]
