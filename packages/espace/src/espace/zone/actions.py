# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes what is known of the DNS. All but :func:`demander` is for the process ``zone``: the others have no right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from espace.ecoute import wake
from espace.journal.actions import record
from espace.registre.models import CoupleFqdn
from espace.zone.attente import CoupleAPublier
from espace.zone.ecarts import Ecart
from espace.zone.models import DemandeZone, EcartZone, EtatZone, PublicationNom
from espace.zone.queries import CHANNEL, PUBLIE
from espace.zone.states import Etat, Travail

MAX_ECARTS = 1000
"""Rows kept of one comparison: a zone that is another one altogether differs everywhere, and nobody reads more."""


@transaction.atomic
def demander(travail: Travail, *, auteur: str, now: datetime) -> DemandeZone:
    """Ask the process ``zone`` to compare or to repair; the same thing that already waits is not asked twice.

    Args:
        travail: what to do.
        auteur: login of the person who asks.
        now: aware instant.
    """
    waiting = DemandeZone.objects.filter(travail=travail, faite_le__isnull=True).order_by("id").first()
    if waiting is not None:
        return waiting
    demande = DemandeZone.objects.create(travail=travail, auteur=auteur, demandee_le=now)
    record("zone:demande:asked", auteur=auteur, objet=f"demande_zone:{demande.pk}", reason=travail)
    wake(CHANNEL)
    return demande


@transaction.atomic
def note_answer(demande: DemandeZone, *, now: datetime, detail: str) -> None:
    """Say what came of a demand."""
    demande.faite_le, demande.code, demande.detail = now, "", detail[:500]
    demande.save(update_fields=["faite_le", "code", "detail"])


@transaction.atomic
def note_written(couples: Iterable[CoupleAPublier], serial: int, *, now: datetime, detail: str) -> None:
    """Keep what the primary server took, before any name server is asked."""
    PublicationNom.objects.bulk_create(
        [
            PublicationNom(
                couple_id=one.couple_id,
                etat=Etat.A_PUBLIER,
                serial=serial,
                cible_db=one.cibles.db or "",
                cible_vi=one.cibles.vi or "",
                www=one.cibles.www,
                depuis=now,
                detail=detail,
            )
            for one in couples
        ],
        update_conflicts=True,
        unique_fields=["couple"],
        update_fields=["etat", "serial", "cible_db", "cible_vi", "www", "depuis", "detail"],
    )


@transaction.atomic
def note_published(couples: Sequence[CoupleAPublier], serial: int, *, now: datetime, details: Mapping[int, str]) -> None:
    """Say that every name server answers these names; those who wait for them are woken.

    Args:
        couples: just checked on every name server.
        serial: serial number at which they were.
        now: aware instant.
        details: a remark, by key of the couple.
    """
    for one in couples:
        PublicationNom.objects.filter(couple_id=one.couple_id).update(
            etat=Etat.PUBLIEE, serial=serial, depuis=now, detail=details.get(one.couple_id, "")[:500]
        )
        record("zone:noms:published", objet=f"couple:{one.db}", db=one.db, vi=one.vi, serial=serial)
    wake(PUBLIE)


@transaction.atomic
def note_drift(ecarts: Sequence[Ecart], owners: Mapping[str, int], *, now: datetime) -> None:
    """Keep what a comparison found, and the state of the couples that it touches.

    Args:
        ecarts: every difference.
        owners: couple of each published name; a name that waits for its publication is nobody's drift.
        now: aware instant.
    """
    known = {(row.nom, row.nature, row.trouve): row.depuis for row in EcartZone.objects.all()}
    EcartZone.objects.all().delete()
    EcartZone.objects.bulk_create(
        EcartZone(
            nom=one.nom[:253],
            nature=one.nature,
            attendu=one.attendu,
            trouve=one.trouve,
            depuis=known.get((one.nom[:253], one.nature, one.trouve), now),
        )
        for one in ecarts[:MAX_ECARTS]
    )
    touched = {owners[one.nom]: one for one in ecarts if one.nom in owners}
    _drifted(touched, now)
    _settled(touched, now)


def _drifted(touched: Mapping[int, Ecart], now: datetime) -> None:
    fresh = PublicationNom.objects.select_related("couple").filter(couple_id__in=touched, etat=Etat.PUBLIEE)
    for row in fresh:
        found = touched[row.couple_id]  # type: ignore[attr-defined]  # column of the key
        row.etat, row.depuis = Etat.DERIVE, now
        row.detail = f"{found.nom} : attendu {found.attendu or 'aucun enregistrement'}, trouvé {found.trouve or 'aucun enregistrement'}"[
            :500
        ]
        row.save(update_fields=["etat", "depuis", "detail"])
        record("zone:noms:drifted", objet=f"couple:{row.couple.db}", db=row.couple.db, reason=found.nature)


def _settled(touched: Collection[int], now: datetime) -> None:
    for row in PublicationNom.objects.select_related("couple").filter(etat=Etat.DERIVE).exclude(couple_id__in=touched):
        row.etat, row.depuis, row.detail = Etat.PUBLIEE, now, ""
        row.save(update_fields=["etat", "depuis", "detail"])
        record("zone:noms:settled", objet=f"couple:{row.couple.db}", db=row.couple.db)


@transaction.atomic
def note_repair(couples: Collection[int], *, auteur: str, now: datetime) -> int:
    """Make the names of these couples be written again; return how many."""
    rows = PublicationNom.objects.filter(couple_id__in=couples, etat=Etat.DERIVE)
    for db in CoupleFqdn.objects.filter(publication_nom__in=rows).values_list("db", flat=True):
        record("zone:noms:repaired", auteur=auteur, objet=f"couple:{db}", db=db)
    return rows.update(etat=Etat.A_PUBLIER, serial=0, depuis=now, detail="")


@transaction.atomic
def note_removed(noms: Collection[str], *, auteur: str) -> None:
    """Say that names that the Registre does not know were taken out of the zone."""
    for nom in noms:
        record("zone:noms:removed", auteur=auteur, objet=f"nom:{nom}", host=nom)


@transaction.atomic
def note_turn(values: Mapping[str, Any]) -> None:
    """Keep where the publication stands; see :class:`EtatZone`."""
    EtatZone.objects.filter(pk=1).update(**values)
