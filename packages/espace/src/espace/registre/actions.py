# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes the Registre. One verb, one transaction; the zone and the journal move with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat

from confiance.fqdn import CoupleFqdn as Couple
from espace.acteurs.actions import declare_commande
from espace.acteurs.models import Commande, Operateur
from espace.acteurs.rules import CommandeDeclaree
from espace.ecoute import wake
from espace.journal.actions import record
from espace.registre import queries
from espace.registre.certificats.actions import close_windows
from espace.registre.errors import DejaAttribue, Inconnu, PacsIncomplets
from espace.registre.models import CoupleFqdn, Drimbox, IdRegistre, NomAttribue, Pacs, SerieZone
from espace.registre.rules import HotesDeclares, check_dn, check_id_registre, next_serial, search_text, sort_key
from espace.registre.states import Motif, advance

_LOCK = 0x4452494D  # one writer at a time gives numbers


@transaction.atomic
def declare(commande: CommandeDeclaree, hotes: Sequence[HotesDeclares], *, auteur: str, now: datetime) -> Commande:
    """Write a Commande and the hosts of its PACS.

    Args:
        commande: checked values.
        hotes: one pair of hosts per PACS, in their order.
        auteur: login of the person who acts.
        now: aware instant of the act.

    Raises:
        PacsIncomplets: not exactly N pairs for N PACS.
    """
    if len(hotes) != commande.nombre_pacs:
        raise PacsIncomplets(f"{commande.nombre_pacs} PACS sont déclarés et {len(hotes)} couples d'hôtes sont donnés.")
    written = declare_commande(commande, auteur=auteur, now=now)
    for rang, hote in enumerate(hotes, 1):
        Pacs.objects.create(commande=written, rang=rang, libelle=hote.libelle, hote_db=hote.hote_db, hote_vi=hote.hote_vi)
    refresh_search(written.operateur)
    return written


@transaction.atomic
def give_couples(commande_id: int, *, zone: str, auteur: str, now: datetime, id_registre: str | None = None) -> list[CoupleFqdn]:
    """Give N couples of names to the N PACS of a Commande; the names are in the zone at once.

    Args:
        commande_id: the Commande.
        zone: DNS zone of the Espace.
        auteur: login of the person who acts.
        now: aware instant of the act.
        id_registre: label to keep, when a Registre is imported; by default the next number.

    Raises:
        Inconnu: no such Commande.
        DejaAttribue: it has its couples, or the label is somebody else's.
        IdRegistreRefuse: the label is not an LDH label.
    """
    one_writer()
    commande = Commande.objects.select_related("operateur", "site").filter(pk=commande_id).first()
    if commande is None:
        raise Inconnu(f"La Commande {commande_id} n'existe pas.")
    label = _give_id_registre(commande, id_registre, now)
    couples = [_give_couple(commande, pacs, label, zone, now) for pacs in commande.pacs.order_by("rang")]  # type: ignore[attr-defined]  # reverse name of Pacs.commande
    for couple in couples:
        record("registre:couple:given", auteur=auteur, objet=f"couple:{couple.db}", db=couple.db, vi=couple.vi, zone=zone)
    changed_hosts(now)
    return couples


@transaction.atomic
def integrate(db: str, dn: str, *, auteur: str, now: datetime, identifiant: int | None = None) -> Drimbox:
    """Let a declared Drimbox enter the Liste Blanche, provisionally, at its next publication.

    Args:
        db: name of the Drimbox.
        dn: DN of its SERV_SSL certificate.
        auteur: login of the person who acts.
        now: aware instant of the act.
        identifiant: identifiant interne DRIM-M; by default the next number. Repeated values are kept.

    Raises:
        Inconnu: no such name.
        TransitionRefusee: the Drimbox is not « déclarée ».
        DistinguishedNameError, DnRefuse: the DN is not the one of its certificate.
    """
    one_writer()
    drimbox = queries.to_write(db)
    before, drimbox.statut = drimbox.statut, advance(drimbox.statut, "integrate")
    drimbox.dn_serv_ssl = check_dn(dn, db=drimbox.couple.db)
    drimbox.identifiant = identifiant or queries.last_identifiant() + 1
    facts = _move(drimbox, before, ["statut", "dn_serv_ssl", "identifiant"], now)
    record("registre:drimbox:integrated", auteur=auteur, **facts)
    return drimbox


@transaction.atomic
def confirm(db: str, *, auteur: str, now: datetime) -> Drimbox:
    """Make the entry of a Drimbox definitive: its document de VA is accepted.

    Args:
        db: name of the Drimbox.
        auteur: login of the person who acts.
        now: aware instant of the act.

    Raises:
        Inconnu: no such name.
        TransitionRefusee: its entry is not provisional.
    """
    drimbox = queries.to_write(db)
    before, drimbox.statut = drimbox.statut, advance(drimbox.statut, "confirm")
    record("registre:drimbox:confirmed", auteur=auteur, **_move(drimbox, before, ["statut"], now))
    return drimbox


@transaction.atomic
def exclude(db: str, motif: Motif, *, auteur: str, now: datetime) -> Drimbox:
    """Take a Drimbox out of the Liste Blanche. Its names keep answering: only the list forgets it.

    Args:
        db: name of the Drimbox.
        motif: why.
        auteur: login of the person who acts.
        now: aware instant of the act.

    Raises:
        Inconnu: no such name.
        TransitionRefusee: the Drimbox is not in the list.
    """
    drimbox = queries.to_write(db)
    before, drimbox.statut = drimbox.statut, advance(drimbox.statut, "exclude")
    drimbox.motif = motif
    close_windows(drimbox, now)  # it would be admitted again under its former certificate the day it comes back
    record("registre:drimbox:excluded", auteur=auteur, reason=motif, **_move(drimbox, before, ["statut", "motif"], now))
    return drimbox


def one_writer() -> None:
    """Wait until nobody else gives names, up to the end of the transaction of the caller: what they gave is then seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _move(drimbox: Drimbox, before: str, fields: list[str], now: datetime) -> dict[str, Any]:
    """Write these columns of a Drimbox; return what the line of the journal says of it."""
    drimbox.modifie_le = now
    drimbox.save(update_fields=[*fields, "modifie_le"])
    db = drimbox.couple.db
    return {"objet": f"couple:{db}", "modifies": fields, "db": db, "from_state": before, "to_state": drimbox.statut}


def _give_id_registre(commande: Commande, wanted: str | None, now: datetime) -> IdRegistre:
    if IdRegistre.objects.filter(site=commande.site).exists():
        raise DejaAttribue(f"La Commande {commande.pk} a déjà reçu ses couples.")
    label = check_id_registre(wanted) if wanted else str(queries.last_id_registre() + 1)
    if IdRegistre.objects.filter(pk=label).exists():
        raise DejaAttribue(f"L'ID_Registre « {label} » est déjà attribué.")
    return IdRegistre.objects.create(label=label, site=commande.site, attribue_le=now)


def _search_text(couple: CoupleFqdn, commande: Commande) -> str:
    operateur = couple.operateur
    sirens = (client.siren for client in commande.site.clients.all())
    return search_text(couple.db, couple.vi, operateur.denomination, operateur.siret, commande.site.libelle, *sirens)


def refresh_search(operateur: Operateur) -> None:
    """An Operateur that changed its denomination is found under the new one, and under no other."""
    held = CoupleFqdn.objects.filter(operateur=operateur).select_related("operateur", "pacs__commande__site")
    held = held.prefetch_related("pacs__commande__site__clients")
    said = Concat("vi", Value(f" {search_text(operateur.denomination, operateur.siret)}"))  # as _search_text writes them
    stale = list(held.exclude(recherche__contains=said))
    for couple in stale:
        couple.recherche = _search_text(couple, couple.pacs.commande)
    CoupleFqdn.objects.bulk_update(stale, ["recherche"], batch_size=500)


def _give_couple(commande: Commande, pacs: Pacs, label: IdRegistre, zone: str, now: datetime) -> CoupleFqdn:
    names = Couple(pacs.rang, label.label, zone)
    couple = CoupleFqdn(
        id_registre=label,
        number=pacs.rang,
        db=str(names.db),
        vi=str(names.vi),
        pacs=pacs,
        operateur=commande.operateur,
        tri=sort_key(label.label),
        attribue_le=now,
        modifie_le=now,
    )
    couple.recherche = _search_text(couple, commande)
    couple.save(force_insert=True)
    NomAttribue.objects.bulk_create(NomAttribue(fqdn=fqdn, couple=couple, attribue_le=now) for fqdn in (couple.db, couple.vi))
    Drimbox.objects.create(couple=couple, cree_le=now, modifie_le=now)
    return couple


def changed_hosts(now: datetime) -> None:
    """Say to the zone, in the transaction of the caller, that a name was given or leads elsewhere.

    Args:
        now: aware instant of the act.
    """
    serie = SerieZone.objects.select_for_update().get(pk=1)
    serie.serial, serie.modifie_le = next_serial(serie.serial, now), now
    serie.save(update_fields=["serial", "modifie_le"])
    wake(queries.CHANNEL)
