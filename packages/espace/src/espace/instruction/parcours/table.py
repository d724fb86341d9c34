# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a table of parcours is made of, and the questions it answers. Pure: no row, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise

from espace.acteurs.acteur import Qui
from espace.guichet.natures import Nature

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Delai:
    """How long the next actor has, in jours ouvrés; the day of the act does not count and the last one ends at midnight.

    Attributes:
        reglage: name of the setting of ``[instruction]`` that gives the number.
        au_choix: who acts may give another number of jours ouvrés.
    """

    reglage: str
    au_choix: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of a table.

    Attributes:
        verb: its name, English.
        sources: states from which it goes.
        target: state that follows.
        qui: who may.
        libelle: what a person reads on the button and in the history.
        courrier: event of the table of mails, ``<parcours>:<verb>``.
        echeance: time given to the next actor; None leaves no due date.
        motif_requis: a reason in writing is required.
        clause: where the step comes from.
    """

    verb: str
    sources: frozenset[TextChoices]
    target: TextChoices
    qui: Qui
    libelle: Text
    courrier: str | None
    echeance: Delai | None = None
    motif_requis: bool = False
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Relance:
    """A mail that leaves by the clock alone, once per due date.

    Attributes:
        evenement: event of the table of mails.
        qui: it leaves in the states that wait for this actor.
        avant: before the due date; otherwise once it is past.
    """

    evenement: str
    qui: Qui
    avant: bool


@dataclass(frozen=True, slots=True)
class Parcours:
    """One kind of dossier.

    Attributes:
        nom: its name in rows, events and addresses.
        libelle: what a person reads.
        etats: its states, the first one is where a dossier begins.
        transitions: its arrows.
        attend: state → who is expected to act; a state that is not there is finished.
        relances: mails that leave by the clock.
        piece: nature of the file that must be there when the dossier is submitted.
    """

    nom: str
    libelle: Text
    etats: type[TextChoices]
    transitions: tuple[Transition, ...]
    attend: Mapping[TextChoices, Qui]
    relances: tuple[Relance, ...]
    piece: Nature | None = None

    @property
    def premier(self) -> TextChoices:
        """State in which a dossier begins."""
        return next(iter(self.etats))

    def find(self, verb: str, etat: str) -> Transition | None:
        """Return the arrow of that name that leaves this state, or None."""
        return next((arrow for arrow in self.transitions if arrow.verb == verb and self.etats(etat) in arrow.sources), None)

    def possible(self, etat: str, qui: Qui) -> tuple[Transition, ...]:
        """Return what this kind of actor may do from this state."""
        return tuple(arrow for arrow in self.transitions if arrow.qui == qui and self.etats(etat) in arrow.sources)

    def attendu(self, etat: str) -> Qui | None:
        """Return who is expected to act, None when the dossier is finished."""
        return self.attend.get(self.etats(etat))

    def fini(self, etat: str) -> bool:
        """Tell whether nobody is expected to act any more."""
        return self.attendu(etat) is None

    def libelle_etat(self, etat: str) -> str:
        """Return the French words of a state."""
        return str(self.etats(etat).label)

    def evenements(self) -> frozenset[str]:
        """Return every event of the table of mails that this parcours posts."""
        steps = {arrow.courrier for arrow in self.transitions if arrow.courrier}
        return frozenset(steps | {relance.evenement for relance in self.relances})


def sources(*etats: Any) -> frozenset[TextChoices]:
    """Return a set of states, for the tables."""
    return frozenset(etats)
