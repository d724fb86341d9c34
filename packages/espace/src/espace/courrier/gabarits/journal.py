# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarits.demande import Gabarits, to_agents

JOURNAL: dict[str, Gabarits] = {
    "journal:witness": (
        to_agents(
            _("Empreinte du journal au rang %(rang)s"),
            _("Au %(effet)s, le journal de l'Espace compte %(rang)s lignes scellées. Son empreinte est :\n%(empreinte)s"),
            _(
                "Gardez ce courrier : il permet de prouver plus tard qu'aucune de ces lignes n'a été changée, avec la commande"
                " « espace journal verify --repere %(rang)s:%(empreinte)s »."
            ),
        ),
    ),
}
