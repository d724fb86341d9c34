# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What agents look for in the Registre, quick at 20,000 couples without any extension of PostgreSQL.

The database keeps, for each couple, the beginnings that a person may type (function ``registre_mots``: every word and what follows each
separator in it) as a ``tsvector`` with a GIN index; a word is then one prefix search in this index, and several words are met in it. The
same function makes an index on the Operateurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, F, Func, QuerySet, Value

from espace.acteurs.architectures import Architecture
from espace.acteurs.models import Commande, Operateur
from espace.registre.models import CoupleFqdn
from espace.registre.rules import words_of
from espace.registre.states import Statut

COMPTE_MAX = 1000
"""Counting stops there: nobody reads further, and counting everything costs more than the page."""


@dataclass(frozen=True, slots=True)
class Criteres:
    """What an agent asks of the couples; empty criteria ask nothing.

    Attributes:
        mots: words of names, Operateur, SIRET, Site, or a SIREN; accents and case do not matter.
        statut: a state of the Drimbox.
        operateur: number of the Operateur.
        architecture: that of the Commande.
        attribue_du: names given at this instant or after.
        attribue_avant: names given before this instant.
        modifie_du: Drimbox changed at this instant or after.
        modifie_avant: Drimbox changed before this instant.
    """

    mots: str = ""
    statut: str = ""
    operateur: int | None = None
    architecture: str = ""
    attribue_du: datetime | None = None
    attribue_avant: datetime | None = None
    modifie_du: datetime | None = None
    modifie_avant: datetime | None = None


_BOUNDS = {
    "attribue_du": "attribue_le__gte",
    "attribue_avant": "attribue_le__lt",
    "modifie_du": "drimbox__modifie_le__gte",
    "modifie_avant": "drimbox__modifie_le__lt",
}


def search_couples(words: str = "", statut: str = "", criteres: Criteres | None = None) -> QuerySet[CoupleFqdn]:
    """Return the couples that meet everything asked, in the order of their names.

    Args:
        words: what a person typed; accents and case do not matter.
        statut: a state of the Drimbox, or empty for all.
        criteres: everything that may be asked, instead of the first two.
    """
    asked = criteres or Criteres(words, statut)
    found = CoupleFqdn.objects.select_related("operateur", "drimbox", "pacs__commande__site").defer("mots", "recherche")
    if prefixes := words_of(asked.mots):
        found = found.filter(_begun_by(F("mots"), prefixes))
    if asked.statut in Statut.values:
        found = found.filter(drimbox__statut=asked.statut)
    if asked.operateur is not None:
        found = found.filter(operateur_id=asked.operateur)
    if asked.architecture in Architecture.values:
        found = found.filter(pacs__commande__architecture=asked.architecture)
    bounds = {lookup: value for name, lookup in _BOUNDS.items() if (value := getattr(asked, name)) is not None}
    return found.filter(**bounds)


def search_operateurs(words: str = "") -> QuerySet[Operateur]:
    """Return the Operateurs whose denomination or SIRET holds words that begin so, in the order of their denominations."""
    found = Operateur.objects.order_by("denomination", "id")
    if prefixes := words_of(words):
        found = found.filter(_begun_by(Func(F("denomination"), F("siret"), function="registre_mots_operateur"), prefixes))
    return found


def with_counts(rows: list[Operateur]) -> list[tuple[Operateur, int]]:
    """Return each of these Operateurs with the number of couples that it holds."""
    held = CoupleFqdn.objects.filter(operateur__in=rows).values_list("operateur").annotate(couples=Count("*")).order_by()
    counted = dict(held)
    return [(row, counted.get(row.pk, 0)) for row in rows]


def search_commandes(words: str = "", architecture: str = "") -> QuerySet[Commande]:
    """Return the Commandes of an architecture, of which some couple meets the words, as :func:`search_couples` reads them.

    Args:
        words: what a person typed; a Commande without its couples yet is found without words only.
        architecture: one of its values, or empty for all.
    """
    found = Commande.objects.select_related("operateur", "site", "site__id_registre")
    if architecture in Architecture.values:
        found = found.filter(architecture=architecture)
    if prefixes := words_of(words):
        held = CoupleFqdn.objects.filter(_begun_by(F("mots"), prefixes))
        found = found.filter(pk__in=held.values("pacs__commande"))
    return found


def commandes_of(operateur: Operateur) -> QuerySet[Commande]:
    """Return the Commandes of an Operateur, newest first."""
    return Commande.objects.filter(operateur=operateur).select_related("site", "site__id_registre").order_by("-id")


def how_many(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, at most one more than :data:`COMPTE_MAX`."""
    return int(rows.order_by()[: COMPTE_MAX + 1].count())


def _begun_by(mots: F | Func, prefixes: list[str]) -> Func:
    """Return the condition that some word of the row begins by each of these."""
    wanted = Func(Value(" & ".join(_prefix(word) for word in prefixes)), template="%(expressions)s::tsquery")
    return Func(mots, wanted, arg_joiner=" @@ ", template="(%(expressions)s)", output_field=BooleanField())


def _prefix(word: str) -> str:
    """Return a word as a prefix of the language of tsquery, quoted whole."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"
