# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers of a large Registre, as many in each state of each parcours, with their history, checks, pieces and messages: rows to COPY."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from banc.jeux.registre import CommandeJeu
from tests.espace_dossiers import declaration, dn

SMALL_REGISTRE, FEW, MANY = 2_000, 500, 5_000
"""Below so many couples, few dossiers; above, many."""
TABLES = {
    "guichet_dossier": "id, numero, parcours, etat, operateur_id, commande_id, donnees, jeton, cree_par, agent, cree_le, modifie_le,"
    " depose_le, echeance, version",
    "guichet_etape": "dossier_id, from_state, to_state, verb, acteur, qui, motif, motifs, at",
    "guichet_verification": "dossier_id, tour, rang, code, sujet, libelle, verdict, detail, interne, at",
    "guichet_piece": "dossier_id, id, nature, nom, type, taille, sha256, deposee_le, par, purgee_le",
    "guichet_message": "dossier_id, auteur, qui, texte, at",
}
Rows = dict[str, list[tuple[Any, ...]]]


def rows(commandes: Sequence[CommandeJeu], *, zone: str) -> Rows:
    """Return the rows of each table.

    Args:
        commandes: of the Registre; dossiers are about them in turn.
        zone: in which their couples have names.
    """
    found: Rows = {table: [] for table in TABLES}
    count = FEW if sum(len(one.couples) for one in commandes) <= SMALL_REGISTRE else MANY
    turn = zip(range(1, count + 1), itertools.cycle(kinds()), itertools.cycle(commandes), strict=False)
    for number, (parcours, etat), commande in turn:
        found["guichet_dossier"].append(_dossier(number, parcours, etat, commande, zone))
        if etat != "brouillon":
            _submitted(found, number, etat, commande)
    return found


def kinds() -> list[tuple[str, str]]:
    """Return every parcours with each of its states."""
    from espace.instruction.parcours import PARCOURS

    return [(table.nom, str(etat)) for table in PARCOURS.values() for etat in table.etats]


def _dossier(number: int, parcours: str, etat: str, commande: CommandeJeu, zone: str) -> tuple[Any, ...]:
    from espace.instruction.parcours import PARCOURS

    at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
    due = None if PARCOURS[parcours].fini(etat) or etat == "brouillon" else at + timedelta(days=40 + number % 80)
    known = commande.numero if parcours != "declaration" or etat in {"acceptee", "attestee"} else None  # made by its acceptance
    written = json.dumps(_donnees(number, parcours, commande, zone))
    return (
        number, f"DM-2026-{number:06d}", parcours, etat, commande.operateur.numero, known, written, str(uuid.UUID(int=number)), "banc",
        "", at, at, None if etat == "brouillon" else at, due, 1,
    )  # fmt: skip


def _donnees(number: int, parcours: str, commande: CommandeJeu, zone: str) -> dict[str, Any]:
    names = [f"db{couple.rang}.{commande.numero}.{zone}" for couple in commande.couples]
    operateur = commande.operateur
    if parcours == "declaration":
        return {**declaration(len(names), prefix=f"{number}-"), "site": commande.site, "sirens": list(commande.sirens)}
    if parcours == "integration":
        support = {"support_telephone": operateur.support_telephone, "support_mail": operateur.support_mail}
        return {"denomination": operateur.denomination, **support, "certificats": [{"db": name, "dn": dn(name)} for name in names]}
    return {"couples": names, "modele": "1.0", "commentaire": ""}


def _submitted(found: Rows, number: int, etat: str, commande: CommandeJeu) -> None:
    """Add what a dossier has once it was submitted; the content of its piece is purged, its proof is kept."""
    at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=7 * number)
    found["guichet_etape"] += [(number, "brouillon", etat, "submit", "banc", "operateur", "", [], at)]
    found["guichet_verification"] += _checks(number, commande, at)
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    piece = ("cgi", "cgi.zed", "application/x-zed", 4096, digest, at, "banc", at)
    found["guichet_piece"].append((number, str(uuid.UUID(int=number)), *piece))
    found["guichet_message"] += [(number, who, qui, f"Message {qui} du dossier {number}.", at) for who, qui in _SPEAKERS]


_SPEAKERS = (("agent", "agent"), ("banc", "operateur"))


def _checks(number: int, commande: CommandeJeu, at: datetime) -> Iterator[tuple[Any, ...]]:
    verdicts = ("conforme", "conforme", "a_verifier", "non_conforme")
    for rank, (couple, verdict) in enumerate(itertools.product(commande.couples, verdicts)):
        internal = verdict == "a_verifier"
        yield number, 1, rank, "hote", couple.hote_db, "Nom d'hôte", verdict, "Ce que la machine a trouvé.", internal, at
