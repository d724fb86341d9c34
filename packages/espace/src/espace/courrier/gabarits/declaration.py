# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Phrase
from espace.courrier.gabarits.demande import Gabarits, shared, to_operateur

_DEMANDE = _("demande de déclaration de DRIMbox")

DECLARATION: dict[str, Gabarits] = {
    **shared("declaration", _DEMANDE),
    "declaration:accept": (
        to_operateur(
            _("Demande %(numero)s : acceptée, vos noms sont attribués"),
            _("Votre %(demande)s %(numero)s est acceptée. Les noms de vos DRIMbox sont attribués, pour toujours."),
            Phrase(_("Noms attribués :\n%(noms)s"), si="noms"),
            _("Ils sont en cours de publication dans le DNS."),
            _("Vous recevrez l'attestation de délégation dès qu'ils répondront ; elle permet de commander les certificats."),
            demande=_DEMANDE,
        ),
    ),
    "declaration:deliver": (
        to_operateur(
            _("Demande %(numero)s : votre attestation de délégation est disponible"),
            _("Les noms de votre %(demande)s %(numero)s sont publiés dans le DNS."),
            Phrase(_("Noms publiés :\n%(noms)s"), si="noms"),
            _("L'attestation de délégation est à télécharger sur le portail, dans la page de la demande."),
            _(
                "Étapes suivantes : désignez les administrateurs techniques, commandez les certificats de l'IGC-Santé (SERV_SSL pour"
                " chaque nom db) et du marché (pour chaque nom vi), puis déposez la demande d'intégration."
            ),
            demande=_DEMANDE,
        ),
    ),
}
