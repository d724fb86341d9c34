# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The table of mails: event → the mails it sends. A step without its row is a fault: a test compares it with the tables of parcours."""

from __future__ import annotations

from espace.courrier.gabarits.conditions import COMPTES, CONDITIONS
from espace.courrier.gabarits.declaration import DECLARATION
from espace.courrier.gabarits.demande import Gabarits
from espace.courrier.gabarits.integration import INTEGRATION
from espace.courrier.gabarits.journal import JOURNAL
from espace.courrier.gabarits.messages import MESSAGES
from espace.courrier.gabarits.registre import REGISTRE
from espace.courrier.gabarits.va import VA

COURRIERS: dict[str, Gabarits] = {**DECLARATION, **INTEGRATION, **VA, **REGISTRE, **CONDITIONS, **COMPTES, **JOURNAL, **MESSAGES}
