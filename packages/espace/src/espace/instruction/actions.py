# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only way a dossier changes state: one transaction, one arrow of its table, one line of history."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Commande, Operateur
from espace.guichet import actions as guichet
from espace.guichet.errors import DossierAbsent
from espace.guichet.models import Dossier, Etape
from espace.instruction import queries, rules
from espace.instruction.annonces import annoncer
from espace.instruction.controles.actions import examine_again
from espace.instruction.delais import due, region_of
from espace.instruction.effets import EFFETS, Acte
from espace.instruction.errors import (
    CommandeRequise,
    ControlesChanges,
    DejaDecide,
    EtapeImpossible,
    MotifManquant,
    NonHabilite,
    ParcoursInconnu,
)
from espace.instruction.exclusion.actions import pronounce
from espace.instruction.models import Exclusion
from espace.instruction.parcours import PARCOURS, Parcours, Transition
from espace.journal.actions import record
from espace.registre.errors import Inconnu
from espace.registre.models import CoupleFqdn
from espace.registre.states import Motif

SYSTEME = Acteur("espace", Qui.SYSTEME)
"""The Espace itself, when the clock or a publication moves a dossier."""
_COLUMNS = ("etat", "modifie_le", "echeance", "version")


@transaction.atomic
def ouvrir(
    parcours: str, operateur: Operateur, acteur: Acteur, *, at: datetime, commande: Commande | None = None, jeton: uuid.UUID | None = None
) -> Dossier:
    """Open a draft for the Operateur of a person.

    Args:
        parcours: ``declaration`` or ``integration``; a document de VA is expected by the Espace itself.
        operateur: for whom.
        acteur: a person of that Operateur.
        at: aware instant.
        commande: its Commande, for an integration.
        jeton: of the form; the same form sent twice opens one draft.

    Raises:
        ParcoursInconnu: no such table.
        NonHabilite: not a person of that Operateur, or a parcours that nobody opens.
        CommandeRequise: an integration without a Commande of this Operateur that has its names.
        TropDeBrouillons: too many drafts are open.
    """
    table = PARCOURS.get(parcours)
    if table is None:
        raise ParcoursInconnu
    if acteur.qui is not Qui.OPERATEUR or acteur.operateur_id != operateur.pk or table.attendu(table.premier) is not Qui.OPERATEUR:
        raise NonHabilite
    if table.find("abandon", table.premier) is None:
        raise NonHabilite("Ce dossier s'ouvre de lui-même, quand il est attendu.")
    if parcours == "integration" and not _may_integrate(commande, operateur):
        raise CommandeRequise
    return guichet.ouvrir(
        table.nom,
        table.premier,
        operateur,
        auteur=acteur.login,
        at=at,
        jeton=jeton,
        commande=commande if parcours == "integration" else None,
    )


def avancer(
    dossier_id: int, verb: str, acteur: Acteur, *, at: datetime, motif: str = "", version: int | None = None, **donnees: Any
) -> Dossier:
    """Take one step of a dossier, with all that it does.

    Args:
        dossier_id: the dossier.
        verb: name of the arrow.
        acteur: who acts.
        at: aware instant.
        motif: reason in writing, notified to the Operateur.
        version: of the dossier that the page showed; an older one decides nothing.
        donnees: what goes with the verb: ``motifs`` of a refusal, ``jours`` of a delay, ``remediation_jours`` of an exclusion.

    Raises:
        DossierAbsent: unknown, or somebody else's.
        DejaDecide: it changed since that version, or this step was already taken.
        ControlesChanges: its checks say something that nobody read; they are made again, and kept.
        EtapeImpossible, NonHabilite: the table has no such arrow, or not for this actor.
        MotifManquant, PrecisionRefusee: the reason or a precision is missing or refused.
        DrimmError: the effect of the step refuses; nothing is written.
    """
    try:
        return _step(dossier_id, verb, acteur, at=at, motif=motif, version=version, donnees=donnees)
    except ControlesChanges:
        examine_again(dossier_id, at=at)  # the step is undone, and what stopped it stays
        raise


@transaction.atomic
def _step(dossier_id: int, verb: str, acteur: Acteur, *, at: datetime, motif: str, version: int | None, donnees: dict[str, Any]) -> Dossier:
    dossier = _locked(dossier_id, acteur)
    table = queries.table_of(dossier)
    arrow = _arrow(table, dossier, verb, acteur, version)
    motifs = rules.check_precisions(arrow, donnees)
    text = rules.check_reason(arrow, motif, motifs)
    acte = Acte(dossier, acteur, at, rules.written_reason(text, motifs), donnees)
    echeance = _due(acte, arrow)
    if effet := EFFETS.get((table.nom, verb)):
        effet(acte)
    before = dossier.etat
    _move(acte, arrow, echeance)
    _tell(acte, arrow, before, text, motifs)
    return dossier


@transaction.atomic
def exclure(db: str, motif: Motif, expose: str, acteur: Acteur, *, at: datetime, remediation_jours: int | None = None) -> Exclusion:
    """Exclude a Drimbox outside any dossier: a decision of the administrateur, told in writing.

    Args:
        db: name of the Drimbox.
        motif: why, among the four grounds.
        expose: the same in words.
        acteur: an agent.
        at: aware instant.
        remediation_jours: calendar days to cure the cause; None for none.

    Raises:
        NonHabilite: not an agent.
        MotifManquant: no words.
        PrecisionRefusee: words too long or with control characters, a delay out of bounds.
        Inconnu, TransitionRefusee: no such Drimbox in the list.
    """
    if acteur.qui is not Qui.AGENT:
        raise NonHabilite
    expose = rules.check_words(expose)
    if not expose:
        raise MotifManquant
    rules.check_remediation(remediation_jours)
    couple = CoupleFqdn.objects.select_related("operateur").filter(db=db.lower()).first()
    if couple is None:
        raise Inconnu
    awaited = [_locked(dossier.pk, SYSTEME) for dossier in queries.open_va(couple)]  # before the Drimbox, as every step does: no deadlock
    until = at + timedelta(days=remediation_jours) if remediation_jours else None
    exclusion = pronounce(couple, motif, expose, auteur=acteur.login, at=at, remediation=until)
    for dossier in (one for one in awaited if not queries.table_of(one).fini(one.etat)):  # a document may have been accepted meanwhile
        if not queries.still_provisional(dossier):
            avancer(dossier.pk, "close", SYSTEME, at=at)
    return exclusion


def _may_integrate(commande: Commande | None, operateur: Operateur) -> bool:
    if commande is None or commande.operateur_id != operateur.pk:  # type: ignore[attr-defined]  # column of the key
        return False
    return CoupleFqdn.objects.filter(pacs__commande=commande).exists()


def _locked(dossier_id: int, acteur: Acteur) -> Dossier:
    found = Dossier.objects.select_for_update(of=("self",), no_key=True).select_related("operateur", "commande").filter(pk=dossier_id)
    if acteur.qui is Qui.OPERATEUR:
        found = found.filter(operateur_id=acteur.operateur_id)
    dossier = found.first()
    if dossier is None:
        raise DossierAbsent
    return dossier


def _arrow(table: Parcours, dossier: Dossier, verb: str, acteur: Acteur, version: int | None) -> Transition:
    """Return the arrow, or say that somebody was faster rather than that the state is wrong."""
    if version is not None and version != dossier.version:
        raise _decided(table, dossier)
    try:
        return rules.arrow_for(table, dossier.etat, verb, acteur)
    except EtapeImpossible:
        if version is None and queries.already_done(dossier, verb):
            raise _decided(table, dossier) from None
        raise


def _decided(table: Parcours, dossier: Dossier) -> DejaDecide:
    last = queries.last_step(dossier)
    if last is None:
        return DejaDecide()
    who = "l'Espace" if last.qui == Qui.SYSTEME else last.acteur
    return DejaDecide(f"Le dossier {dossier.numero} a changé entre-temps : il est « {table.libelle_etat(dossier.etat)} » ({who}).")


def _due(acte: Acte, arrow: Transition) -> datetime | None:
    reglages = settings.ESPACE.instruction
    region = region_of(queries.origin(acte.dossier).donnees, reglages)
    return due(arrow, acte.at, region=region, settings=reglages, jours=acte.precisions.get("jours"))


def _tell(acte: Acte, arrow: Transition, before: str, text: str, motifs: Sequence[str]) -> None:
    """Write the history, the journal and the mails of a step."""
    dossier, login = acte.dossier, acte.acteur.login
    told = {"from_state": before, "to_state": dossier.etat}
    Etape.objects.create(
        dossier=dossier, verb=arrow.verb, acteur=login, qui=acte.acteur.qui, motif=text, motifs=list(motifs), at=acte.at, **told
    )
    reason = f"{dossier.parcours}:{arrow.verb}"
    record("instruction:dossier:moved", auteur=login, objet=guichet.objet(dossier), dossier_id=dossier.pk, reason=reason, **told)
    if arrow.courrier:
        annoncer(arrow.courrier, dossier, auteur=login, motif=acte.motif, mots=acte.mots)


def _move(acte: Acte, arrow: Transition, echeance: datetime | None) -> None:
    dossier = acte.dossier
    columns = [*_COLUMNS, *acte.ecrits]
    if arrow.verb in {"submit", "complete", "correct"}:
        dossier.depose_le = acte.at
        columns.append("depose_le")
    if arrow.qui is Qui.AGENT:
        dossier.agent = acte.acteur.login
        columns.append("agent")
    dossier.etat, dossier.modifie_le, dossier.echeance = str(arrow.target), acte.at, echeance
    dossier.version += 1
    dossier.save(update_fields=columns)
