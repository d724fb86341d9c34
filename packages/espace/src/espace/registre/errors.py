# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from confiance.errors import PeerError


class RegistreRefus(PeerError):
    """The Registre refuses what is asked."""

    code = "registre.refus"
    message = "Le Registre refuse cette action."
    remede = "Consultez l'état du Site et de ses noms dans la console."


class Inconnu(RegistreRefus):
    """No such row."""

    code = "registre.inconnu"
    message = "Le Registre ne connaît pas ce nom ou ce numéro."
    remede = "Vérifiez le nom ou le numéro dans la console."


class DejaAttribue(RegistreRefus):
    """A name or an ID_Registre is given only once."""

    code = "registre.deja_attribue"
    message = "Ce nom, ou les noms de cette Commande, sont déjà attribués."
    remede = "Un nom attribué l'est pour toujours : déclarez une nouvelle Commande."
    clause = "Introduction à l'Espace de Confiance §2.1"


class PacsIncomplets(RegistreRefus):
    """A Commande needs exactly N pairs of hosts for N PACS."""

    code = "registre.pacs_incomplets"
    message = "Le nombre d'hôtes ne répond pas au nombre de PACS de la Commande."
    remede = "Donnez un hôte de DRIMbox et un hôte de visionneuse par PACS."
    clause = "Introduction à l'Espace de Confiance §2.2"
