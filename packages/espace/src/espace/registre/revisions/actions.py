# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A row put back as it was, by an agent and with a reason. The values of then pass the rules of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from espace.acteurs.models import Operateur
from espace.acteurs.rules import OperateurDeclare
from espace.journal.actions import record
from espace.registre.actions import changed_hosts, refresh_search
from espace.registre.certificats.actions import close_windows
from espace.registre.errors import Inconnu
from espace.registre.models import Drimbox, Pacs, Revision
from espace.registre.revisions import queries
from espace.registre.revisions.rules import RevisionNonRestaurable, check_motif, ecarts
from espace.registre.rules import HotesDeclares, check_dn


@transaction.atomic
def restore(revision_id: int, *, motif: str, zone: str, auteur: str, now: datetime) -> Revision:
    """Give a row the values that it had right after a revision.

    Args:
        revision_id: the revision.
        motif: why, kept beside the new revision and shown to agents only.
        zone: DNS zone of the Espace.
        auteur: login of the person who acts.
        now: aware instant of the act.

    Returns:
        The revision whose values are in force again.

    Raises:
        Inconnu: no such revision.
        MotifManquant: no reason.
        NomImmuable: a name, which nobody puts back.
        RevisionNonRestaurable: nothing to put back.
        DrimmError: a value of then is refused by the rules of today.
    """
    motif = check_motif(motif)
    found = queries.revision(revision_id)
    if found is None:
        raise Inconnu("Cette révision n'existe pas.")
    wanted = {one.champ: one.alors for one in ecarts(found.relation, queries.then(found), queries.present(found))}
    if not wanted:
        raise RevisionNonRestaurable("Les valeurs de cette révision sont celles d'aujourd'hui.")
    objet = _RESTORERS[found.relation](found.ligne, wanted, zone, now)
    _say_why(motif)
    record("registre:revision:restored", auteur=auteur, objet=objet, modifies=list(wanted), count=len(wanted))
    return found


def _operateur(number: int, wanted: dict[str, Any], _zone: str, now: datetime) -> str:
    operateur = Operateur.objects.select_for_update(no_key=True).get(pk=number)
    checked = OperateurDeclare(**{item.name: wanted.get(item.name, getattr(operateur, item.name)) for item in fields(OperateurDeclare)})
    for name in wanted:
        setattr(operateur, name, getattr(checked, name))
    operateur.modifie_le = now
    operateur.save(update_fields=[*wanted, "modifie_le"])
    refresh_search(operateur)
    return f"operateur:{operateur.pk}"


def _pacs(number: int, wanted: dict[str, Any], zone: str, now: datetime) -> str:
    pacs = Pacs.objects.select_for_update(of=("self",), no_key=True).select_related("couple").get(pk=number)
    held = {"libelle": pacs.libelle, "hote_db": pacs.hote_db, "hote_vi": pacs.hote_vi}
    checked = HotesDeclares(zone=zone, **{**held, **wanted})
    for name in wanted:
        setattr(pacs, name, getattr(checked, name))
    pacs.save(update_fields=list(wanted))
    if {"hote_db", "hote_vi"} & wanted.keys():
        changed_hosts(now)
    couple = getattr(pacs, "couple", None)
    return f"commande:{pacs.commande_id}" if couple is None else f"couple:{couple.db}"  # type: ignore[attr-defined]  # Django's own column


def _drimbox(number: int, wanted: dict[str, Any], _zone: str, now: datetime) -> str:
    drimbox = Drimbox.objects.select_for_update(of=("self",), no_key=True).select_related("couple").get(pk=number)
    if not all(wanted.values()):  # the row as it was before its integration: leaving the list is an exclusion or a retrait
        raise RevisionNonRestaurable("À cette date, la DRIMbox n'avait pas encore de certificat ou d'identifiant.")
    if "dn_serv_ssl" in wanted:
        drimbox.dn_serv_ssl = check_dn(wanted["dn_serv_ssl"], db=drimbox.couple.db)
        close_windows(drimbox, now)  # the DN put back may be one that the list still names beside: a list never names it twice
    drimbox.identifiant = wanted.get("identifiant", drimbox.identifiant)
    drimbox.modifie_le = now
    drimbox.save(update_fields=[*wanted, "modifie_le"])
    return f"couple:{drimbox.couple.db}"


_RESTORERS: dict[str, Callable[[int, dict[str, Any], str, datetime], str]] = {
    "acteurs_operateur": _operateur,
    "registre_pacs": _pacs,
    "registre_drimbox": _drimbox,
}


def _say_why(motif: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('drimm.motif', %s, true)", [motif])
