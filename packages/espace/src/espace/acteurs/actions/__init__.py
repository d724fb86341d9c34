# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from django.db import transaction

from espace.acteurs.models import Client, Commande, Operateur, Site
from espace.acteurs.rules import CommandeDeclaree, OperateurDeclare
from espace.journal.actions import record


@transaction.atomic
def register_operateur(declare: OperateurDeclare, *, auteur: str, now: datetime) -> Operateur:
    """Write an Operateur, known by its SIRET; one already known is updated with what is declared now.

    Args:
        declare: checked values.
        auteur: login of the person who acts.
        now: aware instant of the act.
    """
    known = Operateur.objects.select_for_update(no_key=True).filter(siret=declare.siret).first()
    values = {item.name: getattr(declare, item.name) for item in fields(declare)}
    if known is None:
        operateur = Operateur.objects.create(**values, cree_le=now, modifie_le=now)
        record("acteurs:operateur:registered", auteur=auteur, objet=f"operateur:{operateur.pk}", modifies=values)
        return operateur
    changed = [name for name, value in values.items() if value and getattr(known, name) != value]
    if changed:
        for name in changed:
            setattr(known, name, values[name])
        known.modifie_le = now
        known.save(update_fields=[*changed, "modifie_le"])
        record("acteurs:operateur:updated", auteur=auteur, objet=f"operateur:{known.pk}", modifies=changed)
    return known


@transaction.atomic
def declare_commande(declare: CommandeDeclaree, *, auteur: str, now: datetime) -> Commande:
    """Write a Commande with its Operateur, its Clients and its Site.

    Args:
        declare: checked values.
        auteur: login of the person who acts.
        now: aware instant of the act.
    """
    operateur = register_operateur(declare.operateur, auteur=auteur, now=now)
    site = Site.objects.create(libelle=declare.site, cree_le=now)
    for client in declare.clients:
        kept, _ = Client.objects.get_or_create(siren=client.siren, defaults={"denomination": client.denomination, "cree_le": now})
        site.clients.add(kept)
    commande = Commande.objects.create(
        operateur=operateur,
        site=site,
        nombre_pacs=declare.nombre_pacs,
        architecture=declare.architecture or "",
        nombre_ris=declare.nombre_ris,
        cree_le=now,
    )
    record("acteurs:commande:declared", auteur=auteur, objet=f"commande:{commande.pk}", count=declare.nombre_pacs)
    return commande
