# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An Espace that has lived: every parcours in each of its states, a published list with its heads, alarms, mails, conditions.

The states are read from the tables of the parcours: a new state gets its dossier without being named here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import invitations
from espace.acteurs.queries import acteur_of
from espace.alarmes.actions import raise_alarm
from espace.attestation.sceau import Sceleur
from espace.conditions import actions
from espace.conditions.actions import Constatee, conteneur, pieces
from espace.conditions.models import AdministrateurTechnique
from espace.conditions.rules import CodePrerequis
from espace.config import current
from espace.courrier import actions as courriers
from espace.courrier.models import Courrier
from espace.guichet import actions as guichet
from espace.guichet.pieces import examine
from espace.instruction.actions import SYSTEME, avancer, ouvrir
from espace.instruction.echeances import attest
from espace.instruction.parcours import PARCOURS, Parcours, Transition
from espace.liste_blanche.errors import PousseeRefusee
from espace.registre import actions as registre
from espace.registre.models import Drimbox, Revision
from espace.registre.states import Motif, Statut
from espace.tete import queries as tetes
from tests.espace_comptes import agent as compte_agent
from tests.espace_comptes import membre
from tests.espace_dossiers import (
    AUTRE_SIRET,
    PDF,
    ZED,
    agent,
    declaration,
    declarer,
    deposer_declaration,
    deposer_integration,
    dn,
    integrer,
    operateur,
    personne,
    publier_noms,
    va_de,
)
from tests.espace_env import Environment
from tests.espace_tetes import Editeur, editeur, head_settings

AGENT = Acteur("agent", Qui.AGENT)
ROLES = ("representant_legal", "mandataire", "contributeur", "administrateur_technique")


@dataclass
class Monde:
    """What lives in this Espace.

    Attributes:
        a: an Operateur with everything.
        b: an Operateur who has only just been inscribed.
        dossiers: ``<parcours>-<state>`` → number, and a few more kinds.
        personnes: role → account of a person of A; ``b`` → of B.
        editeur: the publisher.
        liens: name → link of an invitation.
        exclue: name of a Drimbox that is excluded.
        demandes: demandes of publication, each in a state of its own.
        revision: of the Registre, the last one.
        modele_va: version of the document de VA.
        crl: SHA-256 of a CRL that a head names.
    """

    espace: Environment
    a: Any
    b: Any
    editeur: Editeur
    dossiers: dict[str, str] = field(default_factory=dict)
    personnes: dict[str, Any] = field(default_factory=dict)
    liens: dict[str, str] = field(default_factory=dict)
    exclue: str = ""
    demandes: list[int] = field(default_factory=list)
    revision: int = 0
    modele_va: str = "1.1"
    crl: str = ""


def vecu(espace: Environment, folder: Path) -> Monde:
    """Build it under the roles of its processes."""
    now = datetime.now(UTC)
    monde = Monde(espace, operateur(entitled=False, now=now), operateur(AUTRE_SIRET, "Opérateur B", entitled=False, now=now),
                  editeur(espace, now, tete=head_settings(folder)))  # fmt: skip
    _conditions(monde, now)
    _personnes(monde, now)
    _first_installation(monde, now)
    for table in PARCOURS.values():
        for rank, etat in enumerate(table.etats):
            dossier = Marche(monde, table, now - timedelta(days=3 * rank)).to(etat)
            monde.dossiers[f"{table.nom}-{etat.value}"] = dossier.numero
    _hard_ones(monde, now)
    _list_and_alarms(monde, now)
    return monde


def _conditions(monde: Monde, now: datetime) -> None:
    """Meet every condition of A, one of them for twenty days only, one proved twice."""
    today = now.date()
    for code in CodePrerequis:
        if code is CodePrerequis.CONTENEUR_ZED:
            continue
        until = today + timedelta(days=20) if code is CodePrerequis.REFERENCEMENT else None
        actions.constater(monde.a, Constatee(code, f"Preuve de {code.value}", today, valable_jusqu_au=until), par=AGENT, now=now)
    conteneur.demander(monde.a, par=personne(monde.a), now=now)
    conteneur.attribuer(monde.a, examine("vide.zed", ZED, max_bytes=10_000), "mot de passe", par=AGENT, now=now)


def _personnes(monde: Monde, now: datetime) -> None:
    for role in ROLES:
        monde.personnes[role] = membre(monde.a, f"{role}@operateur.test", role)
    monde.personnes["b"] = membre(monde.b, "b@operateur.test")
    monde.personnes["faible"] = membre(monde.a, "faible@operateur.test")
    monde.personnes["agent"] = compte_agent(monde.espace)
    monde.personnes["collegue"] = compte_agent(monde.espace, "collegue")
    invitations.inviter(monde.a, "invitee@operateur.test", "contributeur", par=AGENT, now=now)
    sent = examine("cartes.pdf", PDF, max_bytes=10_000)
    pieces.deposer(monde.a, CodePrerequis.CARTES, sent, par=acteur_of(monde.personnes[ROLES[0]]), now=now)
    _row, monde.liens["neuve"] = invitations.inviter(monde.a, "neuve@operateur.test", "mandataire", par=AGENT, now=now)


def _first_installation(monde: Monde, now: datetime) -> None:
    """Give A a first installation of two PACS, its attestation, an administrateur technique of each kind, and a past."""
    made = declarer(monde.a, 2, now=now, prefix="premier-")
    monde.dossiers["declaration-premiere"] = made.numero
    publier_noms(monde.espace, now)
    with monde.espace.role("ouvrier"):
        attest(now)
    with monde.espace.role("signataire"):
        Sceleur(current()).turn()
    with monde.espace.role("ouvrier"):
        attest(now)
    integrer(monde.a, made.commande, now=now)
    for couple in made.commande.pacs.order_by("pk")[0].couple, made.commande.pacs.order_by("pk")[1].couple:
        AdministrateurTechnique.objects.create(
            couple=couple, operateur=monde.a, nom=f"Technicien de {couple.db}", mail="tech@operateur.test", nomme_par="alice", nomme_le=now
        )
    guichet.ecrire(made, "Bonjour,\nles noms sont-ils en ligne ?", personne(monde.a), at=now)
    guichet.ecrire(made, "Oui, depuis ce matin.", agent(), at=now)


@dataclass
class Marche:
    """One dossier, brought to a state by the arrows of its table.

    Args:
        monde: where.
        table: its parcours.
        at: when all of it happens.
    """

    monde: Monde
    table: Parcours
    at: datetime

    def to(self, etat: Any) -> Any:
        """Open a dossier and walk the shortest way to this state."""
        dossier = getattr(self, f"_open_{self.table.nom}")(f"{self.table.nom[:2]}-{etat.value.replace('_', '-')}-")
        for arrow in way(self.table, etat):
            self._take(dossier, arrow)
        dossier.refresh_from_db()
        assert dossier.etat == etat.value
        return dossier

    def _take(self, dossier: Any, arrow: Transition) -> None:
        who = {Qui.OPERATEUR: personne(self.monde.a), Qui.AGENT: agent(), Qui.SYSTEME: SYSTEME}[arrow.qui]
        if arrow.verb == "submit" and self.table.piece is not None:
            guichet.deposer_piece(dossier.pk, self.table.piece, "piece.pdf", PDF + dossier.numero.encode(), who, at=self.at)
        motif = "Le libellé du Site est-il complet ?\nMerci de joindre la page signée." if arrow.motif_requis else ""
        avancer(dossier.pk, arrow.verb, who, at=self.at, motif=motif)

    def _open_declaration(self, prefix: str) -> Any:
        dossier = ouvrir("declaration", self.monde.a, personne(self.monde.a), at=self.at)
        guichet.enregistrer(dossier.pk, declaration(prefix=prefix), personne(self.monde.a), at=self.at)
        return dossier

    def _open_integration(self, prefix: str) -> Any:
        commande = declarer(self.monde.a, now=self.at, prefix=prefix).commande
        publier_noms(self.monde.espace, self.at)
        dossier = ouvrir("integration", self.monde.a, personne(self.monde.a), at=self.at, commande=commande, jeton=uuid.uuid4())
        values = {
            "denomination": self.monde.a.denomination,
            "support_telephone": "01 98 76 54 32",
            "support_mail": "support@operateur.test",
            "certificats": [{"db": one.couple.db, "dn": dn(one.couple.db)} for one in commande.pacs.all()],
        }
        guichet.enregistrer(dossier.pk, values, personne(self.monde.a), at=self.at)
        return dossier

    def _open_va(self, prefix: str) -> Any:
        commande = declarer(self.monde.a, now=self.at, prefix=prefix).commande
        publier_noms(self.monde.espace, self.at)
        entree = integrer(self.monde.a, commande, now=self.at)
        avancer(entree.pk, "publish", SYSTEME, at=self.at)
        return va_de(entree)


def way(table: Parcours, etat: Any) -> list[Transition]:
    """Return the shortest suite of arrows from the first state of a table to this one."""
    known: dict[Any, list[Transition]] = {table.premier: []}
    ahead = [table.premier]
    while ahead:
        here = ahead.pop(0)
        for arrow in table.transitions:
            if here in arrow.sources and arrow.target not in known:
                known[arrow.target] = [*known[here], arrow]
                ahead.append(arrow.target)
    assert etat in known, f"aucune flèche de {table.nom} ne mène à {etat}"
    return known[etat]


def _hard_ones(monde: Monde, now: datetime) -> None:
    """Add what a first look forgets: an empty draft, a faulty one, an integration that the machine finds wrong, a large one."""
    who = personne(monde.a)
    monde.dossiers["brouillon-vide"] = ouvrir("declaration", monde.a, who, at=now).numero
    faulty = ouvrir("declaration", monde.a, who, at=now)
    guichet.enregistrer(faulty.pk, {"site": "Centre du Lac", "sirens": ["12"], "nombre_pacs": "3"}, who, at=now)
    monde.dossiers["brouillon-fautif"] = faulty.numero
    commande = declarer(monde.a, 3, now=now, prefix="long-").commande
    publier_noms(monde.espace, now)
    wrong = [{"db": one.couple.db, "dn": f"CN=autre.{one.couple.db}, C=FR"} for one in commande.pacs.all()]
    monde.dossiers["integration-fautive"] = deposer_integration(monde.a, commande, now=now, certificats=wrong).numero
    talked = deposer_declaration(monde.a, 4, now=now - timedelta(days=40), prefix="grand-")
    guichet.ecrire(talked, "Bonjour,\nle contrat est signé.", who, at=now)
    guichet.ecrire(talked, "Merci.\n\nIl manque la page 3.", agent(), at=now)
    monde.dossiers["declaration-longue"] = talked.numero


def _list_and_alarms(monde: Monde, now: datetime) -> None:
    """Publish three lists, the last one after an exclusion; raise two alarms; let a mail come back."""
    monde.editeur.time.now = datetime.now(UTC)
    monde.editeur.publish()
    monde.editeur.round()
    monde.exclue = Drimbox.objects.filter(statut=Statut.PROVISOIRE).order_by("pk")[0].couple.db
    registre.exclude(monde.exclue, Motif.CYBER, auteur="agent", now=now)
    monde.editeur.publish()
    monde.editeur.round()
    monde.crl = tetes.crls_of_last_heads(1).pop()
    monde.revision = Revision.objects.latest("pk").pk
    with monde.espace.role("depot"):
        raise_alarm(PousseeRefusee(), objet="depot", now=now)
        raise_alarm(PousseeRefusee(), objet="depot", now=now + timedelta(minutes=4))
    sent, back, failed = Courrier.objects.order_by("pk")[:3]
    with monde.espace.role("ouvrier"):
        courriers.sent(sent, now)
        courriers.refused(back, "550", now)
        courriers.given_up(failed, "421")
