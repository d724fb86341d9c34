# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whether a step may be taken. Pure: values in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from espace.acteurs.acteur import Acteur
from espace.acteurs.rules import DeclarationRefusee, check_paragraph
from espace.instruction.errors import EtapeImpossible, MotifManquant, NonHabilite, PrecisionRefusee
from espace.instruction.motifs import MotifRefus
from espace.instruction.parcours import Parcours, Transition

MAX_MOTIF = 4000
MAX_REMEDIATION = 3650  # calendar days
PRECISIONS = {
    "ask_more": frozenset({"jours"}),
    "ask_correction": frozenset({"jours"}),
    "extend": frozenset({"jours"}),
    "refuse": frozenset({"motifs", "jours"}),
    "exclude": frozenset({"remediation_jours"}),
}
"""What may be said beside the reason, verb by verb."""


def arrow_for(table: Parcours, etat: str, verb: str, acteur: Acteur) -> Transition:
    """Return the arrow that this actor may follow.

    Raises:
        EtapeImpossible: no such arrow from this state.
        NonHabilite: it belongs to another kind of actor.
    """
    arrow = table.find(verb, etat)
    if arrow is None:
        raise EtapeImpossible(f"Un dossier à l'état « {table.libelle_etat(etat)} » ne peut pas recevoir cette décision.")
    if arrow.qui is not acteur.qui:
        raise NonHabilite
    return arrow


def check_reason(arrow: Transition, motif: str, motifs: Sequence[str]) -> str:
    """Return the reason as it is kept and notified.

    Args:
        arrow: the step.
        motif: free text.
        motifs: codes of :class:`MotifRefus`.

    Raises:
        MotifManquant: the step needs a reason and none is given.
        PrecisionRefusee: too long, or control characters.
    """
    text = check_words(motif)
    if arrow.motif_requis and not text and not motifs:
        raise MotifManquant
    return text


def check_words(motif: str) -> str:
    """Return the words of a decision as they are kept and notified, perhaps none.

    Raises:
        PrecisionRefusee: too long, or control characters.
    """
    try:
        return check_paragraph("motif", motif, MAX_MOTIF, required=False)
    except DeclarationRefusee as refused:
        raise PrecisionRefusee(refused.message) from None


def check_remediation(jours: int | None) -> None:
    """Let a delay be given to cure the cause of an exclusion, in calendar days; None gives none.

    Raises:
        PrecisionRefusee: out of bounds.
    """
    if jours is not None and not 1 <= jours <= MAX_REMEDIATION:
        raise PrecisionRefusee(f"Un délai de remédiation compte de 1 à {MAX_REMEDIATION} jours.")


def check_precisions(arrow: Transition, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes of the grounds of a refusal, once every value given beside the step is known to go with it.

    Raises:
        PrecisionRefusee: a value that this step does not have, or an unknown ground.
    """
    unknown = sorted(set(given) - PRECISIONS.get(arrow.verb, frozenset()))
    if unknown:
        raise PrecisionRefusee(f"Cette décision n'admet pas : {', '.join(unknown)[:200]}.")
    for name in ("jours", "remediation_jours"):
        if not isinstance(given.get(name), int | None) or isinstance(given.get(name), bool):
            raise PrecisionRefusee("Un délai est un nombre de jours.")
    check_remediation(given.get("remediation_jours"))
    motifs = tuple(dict.fromkeys(given.get("motifs") or ()))
    if any(code not in MotifRefus.values for code in motifs):
        raise PrecisionRefusee("Un des motifs de refus n'existe pas.")
    return motifs


def written_reason(motif: str, motifs: Sequence[str]) -> str:
    """Return the reason in the words of the notice: the listed grounds, then the text."""
    listed = [f"– {MotifRefus(code).label}" for code in motifs]
    return "\n".join([*listed, *([motif] if motif else [])])
