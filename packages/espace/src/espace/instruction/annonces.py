# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the mails of dossiers are told. Nothing of a Client is: no libellé, no SIREN, no address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from espace.courrier.actions import poster
from espace.guichet.models import Dossier
from espace.instruction import queries

Valeur = str | int | datetime


def contexte(dossier: Dossier, *, motif: str = "") -> dict[str, Valeur]:
    """Return the values that the words of a mail may use; those that are empty are left out.

    Args:
        dossier: after its step.
        motif: reason in writing.
    """
    table = queries.table_of(dossier)
    noms = "\n".join(nom for couple in queries.couples_of(dossier) for nom in (couple.db, couple.vi))
    values: dict[str, Valeur] = {
        "numero": dossier.numero,
        "parcours": str(table.libelle),
        "etat": table.libelle_etat(dossier.etat),
        "motif": motif,
        "noms": noms,
    }
    if dossier.echeance is not None:
        values["echeance"] = dossier.echeance
    return {name: value for name, value in values.items() if value != ""}


def annoncer(evenement: str, dossier: Dossier, *, auteur: str, motif: str = "", mots: Mapping[str, Valeur] | None = None) -> None:
    """Post the mails of a step, in the transaction of the caller.

    Args:
        evenement: row of the table of mails.
        dossier: after its step.
        auteur: login of the person who acted.
        motif: reason in writing.
        mots: values that belong to this step only.
    """
    words = {**contexte(dossier, motif=motif), **(mots or {})}
    poster(evenement, operateur=dossier.operateur, objet=dossier.numero, contexte=words, auteur=auteur)
