# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the history says of a row, and what of it may be put back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from espace.registre.errors import RegistreRefus

MOTIF_MAX = 500
RESTAURABLES: dict[str, tuple[str, ...]] = {
    "acteurs_operateur": (
        "denomination", "description", "adresse", "contact_projet", "contact_technique", "support_mail", "support_telephone",
    ),
    "registre_pacs": ("libelle", "hote_db", "hote_vi"),
    "registre_drimbox": ("dn_serv_ssl", "identifiant"),
}  # fmt: skip
"""Columns that an agent may put back, by table. Neither a name, nor who holds it, nor a state: those change by their own acts."""
_NOMS = frozenset({"registre_couplefqdn", "registre_nomattribue", "registre_idregistre"})


class NomImmuable(RegistreRefus):
    """What is asked is the restoration of a name."""

    code = "registre.nom_immuable"
    message = "Un nom attribué ne se restaure pas : il appartient pour toujours au même PACS."
    remede = "Seules les données déclarées par l'Opérateur, les hôtes, le DN et l'identifiant peuvent être restaurés."
    clause = "Introduction à l'Espace de Confiance §2.1"


class RevisionNonRestaurable(RegistreRefus):
    """This revision has nothing that may be put back."""

    code = "registre.revision_non_restaurable"
    message = "Cette révision ne peut pas être restaurée."
    remede = "Choisissez une révision d'un Opérateur, d'un PACS ou d'une DRIMbox dont les valeurs diffèrent de celles d'aujourd'hui."


class MotifManquant(RegistreRefus):
    """A restoration is given its reason."""

    code = "registre.motif_manquant"
    message = f"Une restauration demande un motif écrit, de {MOTIF_MAX} caractères au plus."
    remede = "Écrivez pourquoi ces valeurs sont remises."


@dataclass(frozen=True, slots=True)
class Ecart:
    """One column whose value at a revision is not the value of today."""

    champ: str
    alors: Any
    maintenant: Any


def values_at(changes: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the row as it was after its last change.

    Args:
        changes: nature and ``apres`` of each revision of the row, oldest first.
    """
    values: dict[str, Any] = {}
    for nature, apres in changes:
        values = {} if nature == "suppression" else {**values, **apres}
    return values


def columns_of(relation: str) -> tuple[str, ...]:
    """Return the columns of a table that may be put back.

    Raises:
        NomImmuable: its rows are names.
        RevisionNonRestaurable: none.
    """
    if relation in _NOMS:
        raise NomImmuable
    if relation not in RESTAURABLES:
        raise RevisionNonRestaurable
    return RESTAURABLES[relation]


def ecarts(relation: str, then: Mapping[str, Any], present: Mapping[str, Any]) -> tuple[Ecart, ...]:
    """Return what a restoration would change, in the order of the table.

    Args:
        relation: name of the table.
        then: the row at the revision; a column that it lacks was added since and is left as it is.
        present: the row of today.

    Raises:
        NomImmuable, RevisionNonRestaurable: nothing of this table is restored.
    """
    columns = columns_of(relation)
    return tuple(Ecart(name, then[name], present[name]) for name in columns if name in then and then[name] != present[name])


def check_motif(text: str) -> str:
    """Return a reason, on one line.

    Raises:
        MotifManquant: empty or too long.
    """
    text = " ".join(text.replace("\x00", " ").split())
    if not 0 < len(text) <= MOTIF_MAX:
        raise MotifManquant
    return text
