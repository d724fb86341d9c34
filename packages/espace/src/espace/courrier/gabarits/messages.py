# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A message waits in a dossier. Its text stays there: a mail is read by whoever holds the box."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarits.demande import Gabarits, to_agents, to_operateur

TO_OPERATEUR, TO_AGENTS = "message:to_operateur", "message:to_agents"
MESSAGES: dict[str, Gabarits] = {
    TO_OPERATEUR: (
        replace(
            to_operateur(
                _("Demande %(numero)s : un message vous attend"),
                _("L'administrateur vous a écrit dans la demande %(numero)s."),
                _("Ouvrez-la sur le portail pour lire le message et y répondre ; il n'est pas repris ici."),
            ),
            lien="/portail/demandes/%(numero)s/#discussion",
        ),
    ),
    TO_AGENTS: (
        replace(
            to_agents(
                _("Demande %(numero)s : un message vous attend"),
                _("%(operateur)s a écrit dans la demande %(numero)s."),
                _("Ouvrez le dossier dans la console pour lire le message et y répondre ; il n'est pas repris ici."),
            ),
            lien="/console/dossiers/%(numero)s/#discussion",
        ),
    ),
}
