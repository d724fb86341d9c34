# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Phrase
from espace.courrier.gabarits.demande import Gabarits, to_agents, to_operateur

REGISTRE: dict[str, Gabarits] = {
    "registre:exclude": (
        to_operateur(
            _("Exclusion d'une DRIMbox de la Liste Blanche"),
            _("L'administrateur a prononcé l'exclusion de la DRIMbox suivante :\n%(noms)s"),
            _("Motif :\n%(motif)s"),
            Phrase(_("Elle prend effet le %(effet)s."), si="effet"),
            _("La DRIMbox quitte la Liste Blanche ; ses noms restent publiés dans le DNS et restent les siens."),
            Phrase(_("Délai de remédiation : jusqu'au %(remediation)s."), si="remediation"),
            _("Une fois la cause levée, demandez la réintégration auprès de l'administrateur."),
            _("Le présent courrier vaut notification écrite de l'exclusion."),
        ),
        to_agents(
            _("Exclusion prononcée"),
            _("L'exclusion de cette DRIMbox de %(operateur)s a été prononcée par %(auteur)s :\n%(noms)s"),
            _("Motif :\n%(motif)s"),
            Phrase(_("Délai de remédiation : jusqu'au %(remediation)s."), si="remediation"),
        ),
    ),
}
