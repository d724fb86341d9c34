# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a demande may publish, given what the Registre changed and who agreed. Pure: values in, a decision out.

The two-person rule judges the rows, not the button: a daily signature must not carry a change that nobody approved, and an approval is
worth for exactly the rows that were shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from confiance.liste_blanche import Brouillon, Diff, Domaine, RemovalGuard, diff
from espace.liste_blanche.errors import ApprobationPerimee, DemandeRejetee, PublicationRefusee, RetraitMassifNonConfirme
from espace.liste_blanche.states import Avis, DeuxPersonnes, Origine

_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


class Decision(Enum):
    """What a publication becomes."""

    PUBLIER = "publier"
    """The rows of the Registre."""
    RETIRER = "retirer"
    """The rows in force, less those of the names excluded."""
    REPRENDRE = "reprendre"
    """The rows in force, signed again."""
    ATTENDRE = "attendre"
    """Nothing, until a second person answers."""


@dataclass(frozen=True, slots=True)
class Regle:
    """Who must agree to what.

    Attributes:
        deux_personnes: which changes need two persons.
        urgence_seule: one person may exclude.
        removal: how many names may go without a confirmation.
    """

    deux_personnes: DeuxPersonnes = DeuxPersonnes.NEVER
    urgence_seule: bool = True
    removal: RemovalGuard = field(default_factory=RemovalGuard)


@dataclass(frozen=True, slots=True)
class Accord:
    """What persons said of a demande.

    Attributes:
        origine: why it was asked.
        retrait_massif: its author confirmed a mass removal.
        avis: what a second person answered; None when nobody did.
        lignes_sha256: of the rows that the second person saw.
    """

    origine: Origine
    retrait_massif: bool = False
    avis: Avis | None = None
    lignes_sha256: str = ""


def lignes_sha256(domaines: Sequence[Domaine]) -> str:
    """Return what tells these rows from any others that a list can hold, as hex SHA-256.

    Fields and rows are parted by characters that XML forbids: a row that holds one is never signed.
    """
    rows = (
        "\x1f".join(
            (
                row.identifiant,
                row.db,
                row.vi,
                row.denomination,
                row.dn_certificat_operateur,
                row.support_contact,
                row.date_maj.isoformat(),
            )
        )
        for row in domaines
    )
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def compare(held: Sequence[Domaine], wanted: Sequence[Domaine]) -> Diff:
    """Return what changes from the rows in force to those wanted."""
    if tuple(held) == tuple(wanted):  # each day of the year but a few
        return Diff((), (), (), _NO_DATE, _NO_DATE)
    return diff(Brouillon(tuple(held), _NO_DATE), Brouillon(tuple(wanted), _NO_DATE))


def decide(held: Sequence[Domaine], wanted: Sequence[Domaine], regle: Regle, accord: Accord, change: Diff | None = None) -> Decision:
    """Say what a demande may publish now.

    Args:
        held: rows of the list in force; none before the first.
        wanted: rows that the Registre gives.
        regle: who must agree to what.
        accord: who agreed.
        change: :func:`compare` of the first two, when it is known.

    Raises:
        DemandeRejetee, ApprobationPerimee, RetraitMassifNonConfirme: it will never be published as it is.
    """
    try:
        if accord.avis is Avis.REJETE:  # whatever became of the rule since
            raise DemandeRejetee
        if _needs_approval(compare(held, wanted) if change is None else change, regle):
            _check_answer(wanted, accord)
            if accord.avis is None:
                return _alone(regle, accord)
        check_removal(held, wanted, regle, accord)
    except PublicationRefusee:
        if (instead := without_other_rows(accord, regle)) is not None:
            return instead
        raise
    return Decision.PUBLIER


def without_other_rows(accord: Accord, regle: Regle) -> Decision | None:
    """Say what is left of a demande whose Registre cannot be published: neither freshness nor an exclusion waits for other rows."""
    if accord.origine is Origine.QUOTIDIENNE:
        return Decision.REPRENDRE
    alone = regle.deux_personnes is DeuxPersonnes.NEVER or regle.urgence_seule
    return Decision.RETIRER if accord.origine is Origine.EXCLUSION and alone and accord.avis is None else None


def check_removal(held: Sequence[Domaine], wanted: Sequence[Domaine], regle: Regle, accord: Accord) -> None:
    """Refuse a mass removal that its author did not confirm, by the measure that readers use.

    Raises:
        RetraitMassifNonConfirme: too many names would go.
    """
    if is_mass_removal(held, wanted, regle.removal) and not accord.retrait_massif:
        raise RetraitMassifNonConfirme


def is_mass_removal(held: Sequence[Domaine], wanted: Sequence[Domaine], guard: RemovalGuard) -> bool:
    """Tell whether readers would hold such a list back until a person confirms it."""
    before, after = {row.db.lower() for row in held}, {row.db.lower() for row in wanted}
    gone = len(before - after)
    return gone > guard.floor and gone > guard.fraction * len(before)


def without(held: Sequence[Domaine], excluded: frozenset[str]) -> tuple[Domaine, ...]:
    """Return the rows in force less those of the excluded names: an exclusion alone carries no other change."""
    return tuple(row for row in held if row.db.lower() not in excluded)


def _needs_approval(change: Diff, regle: Regle) -> bool:
    if regle.deux_personnes is DeuxPersonnes.ALWAYS:
        return bool(change)
    if regle.deux_personnes is DeuxPersonnes.REMOVALS:
        return bool(change.removed) or any("dn_certificat_operateur" in one.fields for one in change.changed)
    return False


def _check_answer(wanted: Sequence[Domaine], accord: Accord) -> None:
    if accord.avis is Avis.APPROUVE and accord.lignes_sha256 != lignes_sha256(wanted):
        raise ApprobationPerimee


def _alone(regle: Regle, accord: Accord) -> Decision:
    if accord.origine is Origine.QUOTIDIENNE:
        return Decision.REPRENDRE
    if accord.origine is Origine.EXCLUSION and regle.urgence_seule:
        return Decision.RETIRER
    return Decision.ATTENDRE
