# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterator

from django.db.models import BigIntegerField, Count, Max, QuerySet
from django.db.models.functions import Cast

from espace.acteurs.models import Operateur
from espace.registre.errors import Inconnu
from espace.registre.models import CoupleFqdn, Drimbox, IdRegistre, SerieZone
from espace.registre.recherche import search_couples
from espace.registre.states import IN_LIST, Statut
from espace.zone.noms import NomDeZone

__all__ = [
    "CHANNEL", "count_by_statut", "couple", "couples_of", "excluded_names", "in_list", "last_id_registre", "last_identifiant",
    "of_operateur", "search_couples", "to_write", "zone_names", "zone_serial",
]  # fmt: skip
CHANNEL = "espace_registre"
"""NOTIFY channel: a name changed, the process ``zone`` reads again."""


def last_id_registre() -> int:
    """Return the greatest ID_Registre that is a number; 0 when none was given."""
    numbers = IdRegistre.objects.filter(label__regex=r"^[0-9]{1,9}$").annotate(value=Cast("label", BigIntegerField()))
    return int(numbers.aggregate(last=Max("value"))["last"] or 0)


def last_identifiant() -> int:
    """Return the greatest identifiant interne DRIM-M; 0 when none was given."""
    return int(Drimbox.objects.aggregate(last=Max("identifiant"))["last"] or 0)


def zone_serial() -> int:
    """Return the serial number of the zone."""
    return int(SerieZone.objects.values_list("serial", flat=True).get(pk=1))


def zone_names() -> Iterator[NomDeZone]:
    """Yield every name ever given, with its target."""
    rows = CoupleFqdn.objects.values_list("db", "vi", "pacs__hote_db", "pacs__hote_vi", "drimbox__statut").order_by()
    for db, vi, hote_db, hote_vi, statut in rows.iterator(chunk_size=2000):
        retire = statut == Statut.RETIREE
        yield NomDeZone(db, hote_db, retire)
        yield NomDeZone(vi, hote_vi, retire, visionneuse=True)


def in_list() -> QuerySet[Drimbox]:
    """Return the Drimboxes that are Domaines of the list, in the order of their names."""
    return (
        Drimbox.objects.filter(statut__in=IN_LIST).select_related("couple", "couple__operateur").order_by("couple__tri", "couple__number")
    )


def excluded_names() -> frozenset[str]:
    """Return the db names of the Drimboxes that the administrateur excluded."""
    return frozenset(Drimbox.objects.filter(statut=Statut.EXCLUE).values_list("couple__db", flat=True))


def couple(db: str) -> CoupleFqdn | None:
    """Return one couple with all that its page shows, or None."""
    related = ("operateur", "drimbox", "pacs__commande__site", "id_registre")
    return CoupleFqdn.objects.select_related(*related).defer("mots", "recherche").filter(db=db.lower()).first()


def to_write(db: str) -> Drimbox:
    """Return a Drimbox locked, with its couple, for one transaction to write it.

    Raises:
        Inconnu: no such name.
    """
    found = Drimbox.objects.select_for_update(of=("self",), no_key=True).select_related("couple").filter(couple__db=db.lower()).first()
    if found is None:
        raise Inconnu(f"Le Registre n'a pas de DRIMbox « {db[:253]} ».")
    return found


def couples_of(commande_id: int) -> list[CoupleFqdn]:
    """Return the couples of a Commande, in the order of their numbers."""
    return list(CoupleFqdn.objects.select_related("pacs").filter(pacs__commande_id=commande_id).order_by("number"))


def of_operateur(operateur: Operateur) -> QuerySet[CoupleFqdn]:
    """Return the couples of one Operateur with their PACS, Commande and Drimbox, in the order of their names; nothing of a Client."""
    return CoupleFqdn.objects.filter(operateur=operateur).select_related("pacs__commande", "drimbox").order_by("tri", "number")


def count_by_statut() -> dict[Statut, int]:
    """Return how many Drimboxes are in each state, the empty ones included."""
    counted = dict(Drimbox.objects.values_list("statut").annotate(Count("id")).order_by())
    return {statut: counted.get(statut.value, 0) for statut in Statut}
