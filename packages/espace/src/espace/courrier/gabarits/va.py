# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Phrase
from espace.courrier.gabarits import demande as common
from espace.courrier.gabarits.demande import Gabarits, to_agents, to_operateur

_DEMANDE = _("fourniture du document de VA")

VA: dict[str, Gabarits] = {
    "va:submit": (
        to_operateur(
            _("Dossier %(numero)s : document de VA bien reçu"),
            _("Votre document de VA est reçu, dans le dossier %(numero)s."),
            Phrase(_("Un agent l'examine et vous répond au plus tard le %(echeance)s."), si="echeance"),
            _("Votre DRIMbox reste dans la Liste Blanche d'ici là."),
        ),
        to_agents(
            _("Dossier %(numero)s : document de VA déposé, à instruire"),
            _("%(operateur)s a déposé le document de VA du dossier %(numero)s."),
            Phrase(_("Une réponse est attendue au plus tard le %(echeance)s."), si="echeance"),
        ),
    ),
    "va:take": common.take(_DEMANDE),
    "va:accept": (
        to_operateur(
            _("Dossier %(numero)s : document de VA accepté, intégration définitive"),
            _("Votre document de VA (dossier %(numero)s) est accepté : l'intégration de votre DRIMbox est définitive."),
            Phrase(_("Noms concernés :\n%(noms)s"), si="noms"),
            _("Vous n'avez plus rien à fournir. Signalez tout changement par une nouvelle demande sur le portail."),
        ),
    ),
    "va:refuse": (
        to_operateur(
            _("Dossier %(numero)s : document de VA refusé, à refaire"),
            _("Votre document de VA (dossier %(numero)s) est refusé, pour les motifs suivants :"),
            _("%(motif)s"),
            Phrase(_("Déposez un nouveau document au plus tard le %(echeance)s."), si="echeance"),
            _("Passé ce délai, l'exclusion de votre DRIMbox peut être prononcée."),
        ),
    ),
    "va:extend": (
        to_operateur(
            _("Dossier %(numero)s : un délai vous est accordé"),
            _("Un délai vous est accordé pour fournir le document de VA du dossier %(numero)s."),
            _("%(motif)s"),
            Phrase(_("La nouvelle échéance est le %(echeance)s."), si="echeance"),
        ),
    ),
    "va:late": (
        to_operateur(
            _("Dossier %(numero)s : document de VA en retard"),
            _("Le délai de fourniture du document de VA du dossier %(numero)s est dépassé."),
            _(
                "L'exclusion de votre DRIMbox est proposée à l'administrateur (Conditions Générales d'Intégration §6.3)."
                " Elle n'est pas encore prononcée."
            ),
            _("Déposez sans attendre le document de VA sur le portail, ou dites à l'administrateur ce qui l'empêche."),
        ),
        to_agents(
            _("Dossier %(numero)s : document de VA en retard, exclusion proposée"),
            _("%(operateur)s n'a pas fourni à temps le document de VA du dossier %(numero)s."),
            _("À vous de décider : accorder un délai, ou prononcer l'exclusion."),
        ),
    ),
    "va:exclude": (
        to_operateur(
            _("Dossier %(numero)s : DRIMbox exclue, document de VA en retard"),
            _("Faute de document de VA fourni à temps, l'exclusion est prononcée (dossier %(numero)s), pour le motif suivant :"),
            _("%(motif)s"),
            _("Un courrier distinct vous notifie cette exclusion et dit comment demander la réintégration."),
        ),
    ),
    "va:close": (
        to_operateur(
            _("Dossier %(numero)s : sans objet"),
            _("Le document de VA du dossier %(numero)s n'est plus attendu : la DRIMbox n'est plus en entrée provisoire."),
        ),
    ),
    "va:remind": (
        to_operateur(
            _("Dossier %(numero)s : le document de VA est attendu"),
            _("Le document de VA du dossier %(numero)s n'est pas encore fourni."),
            Phrase(_("Il est attendu au plus tard le %(echeance)s."), si="echeance"),
            _("Déposez-le sur le portail. Passé ce délai, l'exclusion de votre DRIMbox peut être prononcée."),
        ),
    ),
    "va:unanswered": common.unanswered(_DEMANDE),
}
