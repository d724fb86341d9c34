# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from espace.acteurs.models import Client, Commande, Operateur, Site
from espace.registre.models import CoupleFqdn, DnRemplace, Drimbox, Pacs, Revision
from espace.registre.revisions.rules import columns_of, values_at

MAX_LINES = 50
MODELES = {
    model._meta.db_table: model  # noqa: SLF001 - Django's own way to name a table
    for model in (Operateur, Client, Site, Site.clients.through, Commande, Pacs, CoupleFqdn, Drimbox, DnRemplace)
}
"""Model of each table that has a history."""
_COUPLE_OF = {
    "registre_couplefqdn": "pk", "registre_pacs": "pacs", "registre_drimbox": "drimbox", "registre_dnremplace": "drimbox__dn_remplaces",
}  # fmt: skip
_COMMANDE_OF = {
    "acteurs_commande": "pk", "acteurs_site": "site", "acteurs_site_clients": "site__clients__sites", "acteurs_client": "site__clients",
    "registre_pacs": "pacs",
}  # fmt: skip
_REPERE = """
SELECT number, operation, pg_snapshot_xmin(pg_current_snapshot())::text::bigint > coalesce(operation, 0),
    (SELECT count(*) FROM registre_dnremplace WHERE jusqua > now())
FROM (SELECT max(id) AS number, max(operation) AS operation FROM registre_revision) AS last
"""
Ligne = tuple[str, int]
"""A row: its table and its number."""


def lignes_du_couple(couple: CoupleFqdn) -> list[Ligne]:
    """Return the rows whose history is that of a couple: its names, its PACS, its Drimbox, the DN that were replaced."""
    drimbox = couple.drimbox  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
    replaced = [("registre_dnremplace", one.pk) for one in drimbox.dn_remplaces.all()]
    return [("registre_couplefqdn", couple.pk), ("registre_pacs", couple.pacs.pk), ("registre_drimbox", drimbox.pk), *replaced]


def lignes_de_la_commande(commande: Commande) -> list[Ligne]:
    """Return the rows whose history is that of a Commande: itself, its Site, the Clients of it."""
    links = Site.clients.through.objects.filter(site_id=commande.site.pk).values_list("id", "client_id")
    found = [("acteurs_commande", commande.pk), ("acteurs_site", commande.site.pk)]
    for link, client in links:
        found += [("acteurs_site_clients", link), ("acteurs_client", client)]
    return found


def lignes_de_l_operateur(operateur: Operateur) -> list[Ligne]:
    """Return the rows whose history is that of an Operateur."""
    return [("acteurs_operateur", operateur.pk)]


def histoire(lignes: Iterable[Ligne], *, avant: int | None = None, limit: int = MAX_LINES) -> list[Revision]:
    """Return the revisions of these rows, newest first.

    Args:
        lignes: the rows.
        avant: number of the revision before which to go on, for the next page.
        limit: how many.
    """
    numbers: dict[str, list[int]] = {}
    for relation, number in lignes:
        numbers.setdefault(relation, []).append(number)
    among = Q(pk__in=())
    for relation, some in numbers.items():
        among |= Q(relation=relation, ligne__in=some)
    found = Revision.objects.filter(among)
    if avant is not None:
        found = found.filter(pk__lt=avant)
    return list(found.order_by("-pk")[: min(limit, 10 * MAX_LINES)])


def revision(revision_id: int) -> Revision | None:
    """Return one revision, or None."""
    return Revision.objects.filter(pk=revision_id).first()


def then(found: Revision) -> dict[str, Any]:
    """Return the row of a revision, whole, as it was right after it."""
    before = _of_the_row(found).filter(pk__lte=found.pk).order_by("pk")
    return values_at(before.values_list("nature", "apres"))


def present(found: Revision) -> dict[str, Any]:
    """Return the columns of the row of a revision that may be put back, as they are today.

    Raises:
        NomImmuable, RevisionNonRestaurable: nothing of this table is restored.
    """
    columns = columns_of(found.relation)
    rows: QuerySet[Any, Any] = QuerySet(MODELES[found.relation]).filter(pk=found.ligne)
    return dict(rows.values(*columns).get())


def objet_of(found: Revision) -> tuple[str, str | int]:
    """Return what a row belongs to, and its key: an ``operateur``, a ``couple`` by its name, or a ``commande``."""
    if found.relation == "acteurs_operateur":
        return "operateur", found.ligne
    couples = CoupleFqdn.objects.filter(**{_COUPLE_OF[found.relation]: found.ligne}) if found.relation in _COUPLE_OF else None
    db = couples.values_list("db", flat=True).first() if couples is not None else None
    if db is not None:
        return "couple", db
    commandes = Commande.objects.filter(**{_COMMANDE_OF[found.relation]: found.ligne}).order_by("id")
    return "commande", commandes.values_list("pk", flat=True)[0]


def repere() -> str | None:
    """Return what changes whenever a transaction changes the Registre, at the price of two looks in indexes; None when it cannot be told.

    A transaction that is not over may have drawn its number before the last one seen, and come out later. It is then older than that one,
    and the snapshot says that some older transaction still runs: no answer is given. The windows in which two certificates are admitted
    end by themselves, so they are counted too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPERE, [])
        number, operation, over, windows = cursor.fetchone()
    return f"{number} {operation} {windows}" if over else None


def _of_the_row(found: Revision) -> QuerySet[Revision]:
    return Revision.objects.filter(relation=found.relation, ligne=found.ligne)
