# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a step does besides moving the dossier, in the same transaction: the actions of other rooms, called in order.

An effect is named by its parcours and its verb; a step that is not here only moves the dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from espace.acteurs.acteur import Acteur
from espace.acteurs.actions import register_operateur
from espace.acteurs.models import Operateur
from espace.acteurs.rules import CommandeDeclaree, OperateurDeclare
from espace.calendrier.rules import echeance
from espace.conditions.queries import manquantes
from espace.guichet import actions as guichet
from espace.guichet import queries as guichet_queries
from espace.guichet.formulaires import declaration, integration
from espace.guichet.models import Dossier, Piece
from espace.instruction import queries
from espace.instruction.controles.queries import unseen
from espace.instruction.delais import region_of
from espace.instruction.entree.actions import let_in
from espace.instruction.errors import ConditionsManquantes, ControlesChanges, ControlesNonConformes, PieceManquante
from espace.instruction.exclusion import actions as exclusions
from espace.instruction.parcours import PARCOURS
from espace.instruction.verifications import dn
from espace.instruction.verifications.examen import examine
from espace.liste_blanche.actions import demander_publication
from espace.registre import actions as registre
from espace.registre.states import Motif


@dataclass(slots=True)
class Acte:
    """One step being taken.

    Attributes:
        dossier: locked; an effect may fill its Commande and its data.
        acteur: who acts.
        at: aware instant.
        motif: reason in writing.
        precisions: what was said beside the reason.
        ecrits: columns of the dossier that the effect filled.
        mots: values that the effect adds to the words of the mail.
    """

    dossier: Dossier
    acteur: Acteur
    at: datetime
    motif: str = ""
    precisions: Mapping[str, Any] = field(default_factory=dict)
    ecrits: list[str] = field(default_factory=list)
    mots: dict[str, str | datetime] = field(default_factory=dict)


def declaration_submitted(acte: Acte) -> None:
    """Check the entitlement and the form, and keep what the machine finds."""
    dossier = acte.dossier
    missing = manquantes(dossier.operateur, acte.at)
    if missing:
        raise ConditionsManquantes("Il manque avant de déclarer : " + " ; ".join(str(one.libelle) for one in missing) + ".")
    _keep(acte)


def declaration_accepted(acte: Acte) -> None:
    """Write the Commande and give its couples; their names go to the zone at once."""
    dossier = acte.dossier
    registre.one_writer()  # what another acceptance gives is known from here on
    _no_refused_check(dossier)
    _no_unseen_check(acte)
    lue = declaration.read(dossier.donnees, zone=queries.zone_name())
    fields = ("description", "adresse", "contact_projet", "contact_technique")
    told = _operateur(dossier.operateur, **{name: getattr(lue, name) for name in fields})
    declaree = CommandeDeclaree(told, lue.clients, lue.site, lue.nombre_pacs, lue.architecture, lue.nombre_ris)
    commande = registre.declare(declaree, lue.hotes, auteur=acte.acteur.login, now=acte.at)
    registre.give_couples(commande.pk, zone=queries.zone_name(), auteur=acte.acteur.login, now=acte.at)
    dossier.commande = commande
    acte.ecrits.append("commande")


def integration_submitted(acte: Acte) -> None:
    """Check the form, and keep what the machine finds of each DN."""
    _keep(acte)


def integration_accepted(acte: Acte) -> None:
    """Let the Drimboxes enter the list and the Météo, and ask for the list."""
    dossier, auteur, now = acte.dossier, acte.acteur.login, acte.at
    registre.one_writer()  # before the row of the Operateur, as an accepted declaration does
    _no_refused_check(dossier)
    lue = integration.read(dossier.donnees)
    told = _operateur(
        dossier.operateur, denomination=lue.denomination, support_mail=lue.support_mail, support_telephone=lue.support_telephone
    )
    registre.refresh_search(register_operateur(told, auteur=auteur, now=now))
    for certificat in lue.certificats:
        let_in(certificat.db, dn.normalised(certificat.dn) or certificat.dn, auteur=auteur, at=now)
    dossier.donnees = {**dossier.donnees, "couples": [certificat.db for certificat in lue.certificats]}
    acte.ecrits.append("donnees")
    demander_publication(auteur=auteur, now=now)


def integration_published(acte: Acte) -> None:
    """Open the dossier of the document de VA: its delay begins with this written notice."""
    dossier, reglages = acte.dossier, settings.ESPACE.instruction
    until = echeance(acte.at, reglages.va_jours, region_of(queries.origin(dossier).donnees, reglages))
    table = PARCOURS["va"]
    entered = queries.still_in_list(dossier)  # one that was excluded before its list was published enters nothing
    donnees = {"couples": [couple.db for couple in entered], "reintegration": False}
    suite = guichet.ouvrir_suite(
        dossier, table.nom, table.premier, donnees=donnees, auteur=acte.acteur.login, qui=acte.acteur.qui, at=acte.at, echeance=until
    )
    noms = "\n".join(nom for couple in entered for nom in (couple.db, couple.vi))
    acte.mots |= {"effet": acte.at, "va": suite.numero, "echeance": until, "noms": noms}


def va_submitted(acte: Acte) -> None:
    """Check the form, and keep what the machine finds around the document."""
    _keep(acte)


def va_accepted(acte: Acte) -> None:
    """Make the entries definitive. A Drimbox that was excluded meanwhile stays so, and takes nothing from the others."""
    # when none is left, the Registre says why in its own words
    for couple in queries.still_provisional(acte.dossier) or queries.couples_of(acte.dossier):
        registre.confirm(couple.db, auteur=acte.acteur.login, now=acte.at)
    demander_publication(auteur=acte.acteur.login, now=acte.at)


def va_excluded(acte: Acte) -> None:
    """Exclude what is late: decided by an agent, never by the clock."""
    days = acte.precisions.get("remediation_jours") or settings.ESPACE.instruction.remediation_jours
    until = acte.at + timedelta(days=days)
    for couple in queries.still_provisional(acte.dossier):
        exclusions.pronounce(
            couple, Motif.VA_EN_RETARD, acte.motif, auteur=acte.acteur.login, at=acte.at, remediation=until, dossier=acte.dossier
        )


EFFETS: dict[tuple[str, str], Callable[[Acte], None]] = {
    ("declaration", "submit"): declaration_submitted,
    ("declaration", "complete"): declaration_submitted,
    ("declaration", "accept"): declaration_accepted,
    ("integration", "submit"): integration_submitted,
    ("integration", "complete"): integration_submitted,
    ("integration", "correct"): integration_submitted,
    ("integration", "accept"): integration_accepted,
    ("integration", "publish"): integration_published,
    ("va", "submit"): va_submitted,
    ("va", "accept"): va_accepted,
    ("va", "exclude"): va_excluded,
}


def _keep(acte: Acte) -> None:
    pieces = guichet_queries.current_pieces(acte.dossier)
    found = examine(acte.dossier, pieces, acte.at)  # the faults of the form are told before the file that is missing
    _check_pieces(acte.dossier, pieces)
    guichet.constater(acte.dossier, acte.dossier.version + 1, found, at=acte.at)


def _check_pieces(dossier: Dossier, pieces: list[Piece]) -> None:
    wanted = queries.table_of(dossier).piece
    if wanted is not None and not any(piece.nature == wanted for piece in pieces):
        raise PieceManquante(f"Il manque : {wanted.label}.")


def _no_refused_check(dossier: Dossier) -> None:
    refused = guichet_queries.refused_checks(dossier)
    if refused:
        said = " ; ".join(f"{one.libelle} ({one.sujet})" for one in refused[:5])
        raise ControlesNonConformes(f"Contrôles non conformes : {said}.")


def _no_unseen_check(acte: Acte) -> None:
    """Two dossiers submitted together say nothing of one another: the second one is compared again with what the first was given."""
    found = unseen(acte.dossier, examine(acte.dossier, guichet_queries.current_pieces(acte.dossier), acte.at))
    if found:
        said = " ; ".join(dict.fromkeys(str(one.libelle) for one in found))
        raise ControlesChanges(f"Les contrôles du dossier {acte.dossier.numero} ont changé depuis son dépôt : {said}.")


def _operateur(known: Operateur, **changes: str) -> OperateurDeclare:
    """Return what is declared of an Operateur: its own row, and what the form says anew. Its SIRET is never the form's."""
    names = ("denomination", "siret", "support_mail", "support_telephone", "description", "adresse", "contact_projet", "contact_technique")
    values = {name: getattr(known, name) for name in names}
    return OperateurDeclare(**{**values, **{name: value for name, value in changes.items() if value}})
