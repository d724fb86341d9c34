# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A Registre as large as one likes, plausible and always the same: Operateurs, Commandes, PACS, couples and states. Nobody in it exists.

A few Operateurs hold most of the couples, as makers of DRIMboxes do; most hold one to three, some none. Numbers have right keys, hosts end
in ``.test``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from stdnum import luhn

T = TypeVar("T")
DEBUT = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
_KINDS = ("Imagerie", "Télé-imagerie", "Santé numérique", "Systèmes médicaux", "Radiologie services", "Archivage médical", "Échographie")
_PLACES = ("de l'Île", "du Rhône", "des Alpes", "d'Armor", "de la Côte", "du Nord", "Océane", "des Cévennes", "d'Aquitaine", "Méditerranée")
_SITES = ("Centre d'imagerie", "Clinique", "Hôpital", "Cabinet de radiologie", "Groupement hospitalier", "Centre de médecine nucléaire")
_TOWNS = ("Vert", "Haut", "Bas", "Neuf", "Vieux", "Beau", "Clair", "Grand", "Petit", "Long")
_STATUTS = (("active", 78), ("provisoire", 8), ("declaree", 6), ("a_basculer", 3), ("exclue", 3), ("retiree", 2))
_PACS = ((1, 85), (2, 8), (3, 5), (6, 2))
_LARGEST = 0.3
"""Share of the Commandes of the largest Operateur: its own pages are the longest."""


@dataclass(frozen=True, slots=True)
class OperateurJeu:
    """One Operateur."""

    numero: int
    denomination: str
    siret: str
    support_mail: str
    support_telephone: str
    adresse: str


@dataclass(frozen=True, slots=True)
class CoupleJeu:
    """One couple, its PACS and its Drimbox."""

    numero: int
    rang: int
    hote_db: str
    hote_vi: str
    statut: str
    modifie_le: datetime


@dataclass(frozen=True, slots=True)
class CommandeJeu:
    """One Commande; its number is that of its Site and its ID_Registre."""

    numero: int
    operateur: OperateurJeu
    site: str
    sirens: tuple[str, ...]
    couples: tuple[CoupleJeu, ...]
    cree_le: datetime


def big_registre(*, couples: int, operateurs: int) -> tuple[list[OperateurJeu], list[CommandeJeu]]:
    """Return a Registre of that many couples and Operateurs, the same each time.

    Args:
        couples: how many, at least as many as the Operateurs.
        operateurs: how many.
    """
    dice = random.Random(f"drimm/{couples}/{operateurs}")
    known = [_operateur(number) for number in range(1, operateurs + 1)]
    return known, list(_commandes(dice, known, couples))


def siren(number: int) -> str:
    """Return the SIREN of that rank: eight digits and their key."""
    digits = f"{80_000_000 + number:08d}"
    return digits + luhn.calc_check_digit(digits)


def siret(number: int) -> str:
    """Return the SIRET of the first place of that SIREN."""
    digits = siren(number) + "0001"
    return digits + luhn.calc_check_digit(digits)


def _operateur(number: int) -> OperateurJeu:
    kind, place = _KINDS[number % len(_KINDS)], _PLACES[number // len(_KINDS) % len(_PLACES)]
    host = f"op{number}.test"
    name = f"{kind} {place} {number}"
    return OperateurJeu(number, name, siret(number), f"support@{host}", f"01 {number:08d}", f"{number} rue du Registre, 75000 Paris")


def _commandes(dice: random.Random, known: list[OperateurJeu], couples: int) -> Iterator[CommandeJeu]:
    given = commande = 0
    while given < couples:
        commande += 1
        count = min(_draw(dice, _PACS), couples - given)
        yield _commande(dice, commande, _holder(dice, known, commande), given, count)
        given += count


def _commande(dice: random.Random, number: int, operateur: OperateurJeu, given: int, count: int) -> CommandeJeu:
    at = DEBUT + timedelta(minutes=17 * number)
    site = f"{dice.choice(_SITES)} {dice.choice(_TOWNS)}-{dice.choice(_TOWNS).lower()} {number}"
    clients = tuple(siren(1_000_000 + dice.randrange(200_000)) for _ in range(dice.choice((1, 1, 1, 2, 4))))
    made = tuple(
        CoupleJeu(
            numero=given + rank,
            rang=rank,
            hote_db=f"db{rank}.site{number}.op{operateur.numero}.test",
            hote_vi=f"vi{rank}.site{number}.op{operateur.numero}.test",
            statut=_draw(dice, _STATUTS),
            modifie_le=at + timedelta(hours=dice.randrange(1, 2000)),
        )
        for rank in range(1, count + 1)
    )
    return CommandeJeu(number, operateur, site, tuple(dict.fromkeys(clients)), made, at)


def _holder(dice: random.Random, known: list[OperateurJeu], commande: int) -> OperateurJeu:
    """Return the Operateur of a Commande: each has one while there are enough, then the largest take the most."""
    if dice.random() < _LARGEST:
        return known[0]
    if commande <= len(known):
        return known[commande - 1]
    return known[min(int(dice.paretovariate(0.9)) - 1, len(known) - 1)]


def _draw(dice: random.Random, table: tuple[tuple[T, int], ...]) -> T:
    return dice.choices([value for value, _ in table], [weight for _, weight in table])[0]
