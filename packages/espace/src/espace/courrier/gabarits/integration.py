# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Phrase
from espace.courrier.gabarits.demande import Gabarits, shared, to_agents, to_operateur

_DEMANDE = _("demande d'intégration de DRIMbox")

INTEGRATION: dict[str, Gabarits] = {
    **shared("integration", _DEMANDE),
    "integration:ask_correction": (
        to_operateur(
            _("Demande %(numero)s : des mesures correctives vous sont demandées"),
            _("Le contrôle des conditions de votre %(demande)s %(numero)s demande des mesures correctives :"),
            _("%(motif)s"),
            Phrase(_("Annoncez les mesures prises au plus tard le %(echeance)s."), si="echeance"),
            _("Ouvrez la demande sur le portail et dites ce qui a été fait. L'examen reprend dès sa réception."),
            demande=_DEMANDE,
        ),
    ),
    "integration:correct": (
        to_operateur(
            _("Demande %(numero)s : mesures correctives bien reçues"),
            _("L'annonce de vos mesures correctives est reçue ; l'examen de votre %(demande)s %(numero)s reprend."),
            Phrase(_("Un agent vous répond au plus tard le %(echeance)s."), si="echeance"),
            demande=_DEMANDE,
        ),
        to_agents(
            _("Demande %(numero)s : mesures correctives annoncées"),
            _("%(operateur)s annonce les mesures prises pour la %(demande)s %(numero)s."),
            Phrase(_("Une réponse est attendue au plus tard le %(echeance)s."), si="echeance"),
            demande=_DEMANDE,
        ),
    ),
    "integration:validate": (
        to_operateur(
            _("Demande %(numero)s : conditions jugées valides"),
            _("Les conditions de votre %(demande)s %(numero)s ont été contrôlées et jugées valides."),
            _("L'entrée provisoire dans la Liste Blanche reste à décider ; vous serez prévenu de la décision."),
            Phrase(_("Elle est attendue au plus tard le %(echeance)s."), si="echeance"),
            demande=_DEMANDE,
        ),
    ),
    "integration:accept": (
        to_operateur(
            _("Demande %(numero)s : entrée provisoire acceptée"),
            _("Votre %(demande)s %(numero)s est acceptée : la DRIMbox entre à titre provisoire dans la Liste Blanche."),
            Phrase(_("Noms concernés :\n%(noms)s"), si="noms"),
            _("La liste est en cours de publication. Un courrier vous notifiera l'intégration et sa date d'effet."),
            demande=_DEMANDE,
        ),
    ),
    "integration:publish": (
        to_operateur(
            _("Demande %(numero)s : DRIMbox intégrée à titre provisoire"),
            _("La Liste Blanche qui porte votre DRIMbox est publiée : l'intégration de la demande %(numero)s est provisoire."),
            Phrase(_("Noms concernés :\n%(noms)s"), si="noms"),
            Phrase(_("La DRIMbox est inscrite à la Météo des services."), si="meteo"),
            Phrase(_("Elle prend effet le %(effet)s."), si="effet"),
            _("Le présent courrier vaut notification écrite."),
            Phrase(_("Vous devez fournir le document de VA au plus tard le %(echeance)s (dossier %(va)s)."), si="va"),
            _("Le modèle du document de VA se télécharge sur le portail. Une fois accepté, l'intégration devient définitive."),
            demande=_DEMANDE,
        ),
    ),
    "integration:close": (
        to_operateur(
            _("Demande %(numero)s : sans objet"),
            _("Votre %(demande)s %(numero)s est close : ses DRIMbox ont toutes été exclues ou retirées avant la publication de la liste."),
            Phrase(_("Noms concernés :\n%(noms)s"), si="noms"),
            _("Aucune intégration n'a pris effet, et aucun document de VA n'est attendu."),
            demande=_DEMANDE,
        ),
    ),
}
