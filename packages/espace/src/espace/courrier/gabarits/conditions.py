# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Gabarit, Phrase, Vers
from espace.courrier.gabarits.demande import Gabarits, to_agents, to_operateur

CONDITIONS: dict[str, Gabarits] = {
    "conditions:accept": (
        to_operateur(
            _("Une condition de votre entrée est remplie"),
            _("L'administrateur a constaté que la condition suivante est remplie : %(condition)s."),
            Phrase(_("Elle vaut jusqu'au %(echeance)s."), si="echeance"),
            _("Le portail montre celles qui manquent encore avant une déclaration."),
        ),
    ),
    "conditions:withdraw": (
        to_operateur(
            _("Une condition de votre entrée n'est plus remplie"),
            _("L'administrateur a retiré la condition suivante : %(condition)s."),
            _("Motif :\n%(motif)s"),
            _("Tant qu'elle manque, aucune nouvelle déclaration ne peut être déposée. Le portail dit comment la remplir."),
        ),
    ),
    "conditions:piece_submit": (
        to_agents(
            _("Pièce reçue pour une condition, à examiner"),
            _("%(operateur)s a transmis une pièce pour la condition suivante : %(condition)s."),
            _("Lisez-la dans la console, page des conditions de cet Opérateur, puis constatez la condition ou écartez la pièce."),
        ),
    ),
    "conditions:piece_refuse": (
        to_operateur(
            _("Une pièce que vous avez transmise est écartée"),
            _("L'administrateur a écarté la pièce transmise pour la condition suivante : %(condition)s."),
            _("Motif :\n%(motif)s"),
            _("Le fichier est effacé. Transmettez-en un autre sur le portail, page « Mes conditions »."),
        ),
    ),
    "conditions:conteneur_ask": (
        to_agents(
            _("Conteneur ZED demandé"),
            _("%(operateur)s demande un conteneur ZED."),
            Phrase(_("Motif :\n%(motif)s"), si="motif"),
            _("Déposez le conteneur et son mot de passe dans la console, page des conditions de cet Opérateur."),
        ),
    ),
    "conditions:conteneur_give": (
        to_operateur(
            _("Votre conteneur ZED est disponible"),
            _("Le conteneur ZED que vous avez demandé est à télécharger sur le portail."),
            _("Son mot de passe s'y lit une seule fois : notez-le dans votre coffre-fort de mots de passe avant de quitter la page."),
            Phrase(_("Il est détruit s'il n'est pas lu le %(echeance)s au plus tard."), si="echeance"),
            _("En cas de perte ou de doute, demandez un nouveau conteneur : l'ancien ne vaudra plus."),
        ),
    ),
    "conditions:conteneur_void": (
        to_operateur(
            _("Votre conteneur ZED ne vaut plus"),
            _("Votre conteneur ZED a été annulé ; n'y déposez plus rien."),
            Phrase(_("Motif :\n%(motif)s"), si="motif"),
            _("Demandez-en un nouveau sur le portail."),
        ),
    ),
    "conditions:administrateur_name": (
        to_operateur(
            _("Administrateur technique nommé"),
            _("%(personne)s est nommé administrateur technique pour les noms suivants, par %(auteur)s :\n%(noms)s"),
            _("Cette personne peut commander les certificats de ces noms, et d'eux seuls."),
            _("Si vous n'êtes pas à l'origine de cette nomination, retirez-la sur le portail."),
        ),
        Gabarit(
            Vers.PERSONNE,
            _("Vous êtes nommé administrateur technique"),
            (
                Phrase(_("%(operateur)s vous a nommé administrateur technique, dans l'Espace de Confiance DRIM-M, pour :\n%(noms)s")),
                Phrase(_("Vous pouvez commander les certificats de ces noms, et d'eux seuls, auprès de l'IGC-Santé et du marché.")),
            ),
        ),
    ),
    "conditions:administrateur_withdraw": (
        to_operateur(
            _("Administrateur technique retiré"),
            _("%(personne)s n'est plus administrateur technique pour les noms suivants :\n%(noms)s"),
            Phrase(_("Motif :\n%(motif)s"), si="motif"),
        ),
        Gabarit(
            Vers.PERSONNE,
            _("Vous n'êtes plus administrateur technique"),
            (Phrase(_("%(operateur)s a mis fin à votre rôle d'administrateur technique de l'Espace de Confiance, pour :\n%(noms)s")),),
        ),
    ),
}

COMPTES: dict[str, Gabarits] = {
    "comptes:invite": (
        Gabarit(
            Vers.PERSONNE,
            _("Invitation à l'Espace de Confiance DRIM-M"),
            (
                Phrase(_("%(operateur)s vous invite à ouvrir un compte dans l'Espace de Confiance DRIM-M.")),
                Phrase(_("Votre rôle : %(role)s."), si="role"),
                Phrase(_("Ouvrez votre compte par ce lien, qui ne sert qu'une fois :\n%(invitation)s")),
                Phrase(_("Il expire le %(echeance)s."), si="echeance"),
                Phrase(_("Si vous n'attendiez pas cette invitation, ne faites rien : aucun compte ne sera ouvert.")),
            ),
            ephemere=True,
        ),
    ),
    "comptes:join": (
        to_operateur(
            _("Une personne a rejoint votre espace"),
            _("%(personne)s a accepté l'invitation et peut agir pour %(operateur)s."),
            Phrase(_("Son rôle : %(role)s."), si="role"),
            _("Si cela vous surprend, prévenez l'administrateur."),
        ),
    ),
}
