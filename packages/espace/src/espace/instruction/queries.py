# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the instruction asks of the other rooms, and the queue of the agents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Site
from espace.guichet.models import Dossier, Etape, Piece
from espace.instruction.errors import ParcoursInconnu
from espace.instruction.models import Exclusion
from espace.instruction.parcours import PARCOURS, Parcours, Transition
from espace.liste_blanche.historique import rows_in_force
from espace.registre.models import CoupleFqdn
from espace.registre.states import IN_LIST, Statut


def table_of(dossier: Dossier) -> Parcours:
    """Return the table of a dossier.

    Raises:
        ParcoursInconnu: no table of this name.
    """
    table = PARCOURS.get(dossier.parcours)
    if table is None:
        raise ParcoursInconnu
    return table


def possible(dossier: Dossier, acteur: Acteur) -> tuple[Transition, ...]:
    """Return the buttons of a page: what this actor may do now."""
    return table_of(dossier).possible(dossier.etat, acteur.qui)


def couples_of(dossier: Dossier) -> list[CoupleFqdn]:
    """Return the couples that a dossier is about: those it names, else those of its Commande."""
    return list(_couples(dossier).select_related("drimbox", "pacs", "operateur"))


def names_of(dossier: Dossier) -> list[str]:
    """Return the db names of these couples."""
    return list(_couples(dossier).values_list("db", flat=True))


def _couples(dossier: Dossier) -> QuerySet[CoupleFqdn]:
    if dossier.commande_id is None:  # type: ignore[attr-defined]  # column of the key
        return CoupleFqdn.objects.none()
    found = CoupleFqdn.objects.filter(pacs__commande_id=dossier.commande_id).order_by("tri", "number")  # type: ignore[attr-defined]  # as above
    named = dossier.donnees.get("couples")
    return found.filter(db__in=named) if isinstance(named, list) else found


def still_provisional(dossier: Dossier) -> list[CoupleFqdn]:
    """Return those couples of a dossier whose Drimbox is in provisional entry, and so awaits its document de VA."""
    return [couple for couple in couples_of(dossier) if couple.drimbox.statut == Statut.PROVISOIRE]  # type: ignore[attr-defined]  # reverse name


def still_in_list(dossier: Dossier) -> list[CoupleFqdn]:
    """Return those couples of a dossier that a list has to name: neither excluded nor retired since."""
    return [couple for couple in couples_of(dossier) if couple.drimbox.statut in IN_LIST]  # type: ignore[attr-defined]  # as above


def couples_by_host(hosts: Iterable[str]) -> dict[str, list[CoupleFqdn]]:
    """Return the couples whose names already lead to one of these hosts."""
    wanted = list(hosts)
    found: dict[str, list[CoupleFqdn]] = {}
    rows = CoupleFqdn.objects.select_related("pacs").filter(Q(pacs__hote_db__in=wanted) | Q(pacs__hote_vi__in=wanted))
    for couple in rows:
        for host in {couple.pacs.hote_db, couple.pacs.hote_vi}:
            found.setdefault(host, []).append(couple)
    return found


def commandes_by_siren(sirens: Iterable[str]) -> dict[str, list[int]]:
    """Return, for each SIREN already known of a Commande, the Operateurs of those Commandes, one entry each."""
    rows = Site.objects.filter(clients__siren__in=list(sirens)).values_list("clients__siren", "commande__operateur_id")
    found: dict[str, list[int]] = {}
    for siren, operateur in rows:
        if operateur is not None:
            found.setdefault(siren, []).append(operateur)
    return found


def last_step(dossier: Dossier) -> Etape | None:
    """Return the last change of state of a dossier."""
    return Etape.objects.filter(dossier=dossier).order_by("-id").first()


def already_done(dossier: Dossier, verb: str) -> bool:
    """Tell whether a dossier went through a step once."""
    return Etape.objects.filter(dossier=dossier, verb=verb).exists()


def states_waiting(qui: Qui) -> list[tuple[str, list[str]]]:
    """Return, for each parcours, the states that wait for this kind of actor."""
    return [(name, [str(etat) for etat, who in table.attend.items() if who is qui]) for name, table in PARCOURS.items()]


def waiting_for(qui: Qui) -> QuerySet[Dossier]:
    """Return the dossiers that wait for one kind of actor, the most urgent first, those without a due date last."""
    wanted = Q()
    for name, etats in states_waiting(qui):
        wanted |= Q(parcours=name, etat__in=etats)
    found = Dossier.objects.filter(wanted).select_related("operateur", "commande__site__id_registre")
    return found.order_by(F("echeance").asc(nulls_last=True), "id")


def expected_of(operateur_id: int) -> QuerySet[Dossier]:
    """Return what is expected of one Operateur, the most urgent first."""
    return waiting_for(Qui.OPERATEUR).filter(operateur_id=operateur_id)


def late(now: datetime) -> QuerySet[Dossier]:
    """Return the dossiers whose due date is past, whoever they wait for."""
    return (waiting_for(Qui.OPERATEUR) | waiting_for(Qui.AGENT)).filter(echeance__lt=now)


def exclusions(couple: CoupleFqdn) -> list[Exclusion]:
    """Return the exclusions of a couple, newest first."""
    return list(Exclusion.objects.filter(couple=couple).select_related("dossier"))


def origin(dossier: Dossier) -> Dossier:
    """Return the declaration from which a dossier comes, as far as it is known; it says where the Site is."""
    if dossier.commande_id is None:  # type: ignore[attr-defined]  # column of the key
        return dossier
    return Dossier.objects.filter(commande=dossier.commande, parcours="declaration").order_by("id").first() or dossier


def open_va(couple: CoupleFqdn) -> list[Dossier]:
    """Return the dossiers that still await a document de VA for this couple."""
    etats = list(map(str, PARCOURS["va"].attend))
    return list(Dossier.objects.filter(parcours="va", etat__in=etats, donnees__couples__contains=[couple.db]))


def names_in_force() -> frozenset[str]:
    """Return the db names of the list in force, read in its own bytes."""
    held = rows_in_force()
    return frozenset(domaine.db.lower() for domaine in held.domaines) if held else frozenset()


def pieces_to_purge(limit: datetime, count: int) -> list[Piece]:
    """Return pieces, without their content, of dossiers finished before an instant; at once those of what was never submitted."""
    over = Q()
    for name, table in PARCOURS.items():
        over |= Q(dossier__parcours=name, dossier__etat__in=[str(etat) for etat in table.etats if table.fini(etat)])
    old = Q(dossier__modifie_le__lt=limit) | Q(dossier__depose_le__isnull=True)
    held = Piece.objects.filter(over, old, purgee_le__isnull=True)
    return list(held.select_related("dossier").defer("contenu").order_by("id")[:count])


def zone_name() -> str:
    """Return the DNS zone of the Espace."""
    return str(settings.ESPACE.zone.name)
