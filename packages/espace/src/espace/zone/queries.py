# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where the names stand in the DNS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from espace.registre.models import CoupleFqdn
from espace.registre.states import Statut
from espace.zone.caa import Constat, constat
from espace.zone.cibles import Cibles
from espace.zone.models import DemandeZone, EcartZone, EtatZone, PublicationNom
from espace.zone.resolution import resolveur
from espace.zone.states import Etat

CHANNEL = "espace_zone"
"""NOTIFY channel: something is asked of the process ``zone``."""
PUBLIE = "espace_zone_publie"
"""NOTIFY channel: names of couples are now published."""


@dataclass(frozen=True, slots=True)
class EtatPublication:
    """Where the names of one couple stand.

    Attributes:
        etat: à publier, publiée or dérive.
        depuis: since when; the instant of the gift while nothing was written.
        detail: French sentence, or nothing.
        serial: serial number of the zone that first held these names; 0 before.
    """

    etat: Etat
    depuis: datetime
    detail: str = ""
    serial: int = 0


def cibles(couple: CoupleFqdn) -> Cibles:
    """Return what the Registre says of the names of a couple."""
    zone = settings.ESPACE.zone
    pacs, retire = couple.pacs, couple.drimbox.statut == Statut.RETIREE  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
    return Cibles.of(pacs.hote_db, pacs.hote_vi, www=zone.www, retire=retire, parking=zone.parking)


def etat(couple: CoupleFqdn) -> EtatPublication:
    """Return where the names of a couple stand; a target that the Registre changed since is to be published again."""
    row = PublicationNom.objects.filter(couple=couple).first()
    if row is None:
        return EtatPublication(Etat.A_PUBLIER, couple.attribue_le)
    if written(row) != cibles(couple):
        return EtatPublication(Etat.A_PUBLIER, couple.modifie_le)
    return EtatPublication(Etat(row.etat), row.depuis, row.detail, row.serial)


def publiee(couple: CoupleFqdn) -> bool:
    """Tell whether every name server answers the targets that the Registre says for this couple."""
    return etat(couple).etat is Etat.PUBLIEE


def etats(couples: Iterable[CoupleFqdn]) -> dict[int, EtatPublication]:
    """Return where the names of several couples stand, by key of the couple, in one request.

    Args:
        couples: with their PACS and Drimbox already read.
    """
    held = {couple.pk: couple for couple in couples}
    rows = {row.couple_id: row for row in PublicationNom.objects.filter(couple__in=held)}  # type: ignore[attr-defined]  # column of the key
    found = {}
    for key, couple in held.items():
        row = rows.get(key)
        if row is None or written(row) != cibles(couple):
            found[key] = EtatPublication(Etat.A_PUBLIER, couple.attribue_le if row is None else couple.modifie_le)
        else:
            found[key] = EtatPublication(Etat(row.etat), row.depuis, row.detail, row.serial)
    return found


def written(row: PublicationNom) -> Cibles:
    """Return what was last written for a couple."""
    return Cibles(row.cible_db or None, row.cible_vi or None, row.www)


def caa(couple: CoupleFqdn) -> Constat:
    """Return who may issue the certificate of the vi name of a couple, as a market CA finds it now; it asks the DNS, for seconds at most.

    Raises:
        DnsInjoignable, DnsIllisible, NomNonServi: nothing is known.
    """
    return constat(couple.vi, resolveur(settings.ESPACE.zone.controle))


def compte() -> dict[Etat, int]:
    """Return how many couples are in each state; those without a row are to be published."""
    counted = dict(PublicationNom.objects.values_list("etat").annotate(Count("id")).order_by())
    known = {one: counted.get(one.value, 0) for one in Etat}
    known[Etat.A_PUBLIER] += CoupleFqdn.objects.count() - sum(counted.values())
    return known


def etat_zone() -> EtatZone:
    """Return where the publication of the zone stands."""
    return EtatZone.objects.get(pk=1)


def ecarts() -> QuerySet[EcartZone]:
    """Return the drift, as last compared, in the order of the names."""
    return EcartZone.objects.order_by("nom")


def demande(demande_id: int) -> DemandeZone | None:
    """Return one thing asked, or None."""
    return DemandeZone.objects.filter(pk=demande_id).first()


def demandes_en_attente() -> QuerySet[DemandeZone]:
    """Return what is asked and not done, oldest first."""
    return DemandeZone.objects.filter(faite_le__isnull=True).order_by("id")


def derniere_demande() -> DemandeZone | None:
    """Return the last thing that was asked and done, or None."""
    return DemandeZone.objects.filter(faite_le__isnull=False).order_by("-faite_le", "-id").first()


def attentes(limit: int) -> list[tuple[CoupleFqdn, EtatPublication]]:
    """Return the first couples of which nothing is published yet, or that are being published again, each with where it stands."""
    waiting = Q(publication_nom__isnull=True) | Q(publication_nom__etat=Etat.A_PUBLIER)
    couples = list(CoupleFqdn.objects.select_related("pacs", "drimbox").filter(waiting).order_by("pk")[:limit])
    known = etats(couples)
    return [(couple, known[couple.pk]) for couple in couples]
