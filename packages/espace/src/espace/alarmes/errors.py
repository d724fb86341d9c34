# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from confiance.errors import PeerError


class AlarmeInconnue(PeerError):
    """No open alarm has this number."""

    code = "alarmes.inconnue"
    message = "Cette alarme n'existe pas, ou est déjà fermée."
    remede = "Consultez la liste des alarmes ouvertes."
