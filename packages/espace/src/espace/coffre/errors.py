# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from confiance.errors import OwnError


class CoffreAbsent(OwnError):
    """Something must be sealed, and the settings name no key ring."""

    code = "coffre.absent"
    message = "Aucun trousseau n'est configuré : rien ne peut être gardé sous scellé."
    remede = "Écrivez un trousseau (« identifiant clé-base64 », une ligne par clé de 32 octets) et donnez-le à [coffre] keys_file."
