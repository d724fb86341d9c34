# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Etat(TextChoices):
    """Where a Courrier is."""

    A_ENVOYER = "a_envoyer", _("à envoyer")
    ENVOYE = "envoye", _("envoyé")
    REJETE = "rejete", _("rejeté par le destinataire")
    EN_ECHEC = "en_echec", _("en échec")


TRANSITIONS: dict[Etat, tuple[Etat, ...]] = {
    Etat.A_ENVOYER: (Etat.ENVOYE, Etat.REJETE, Etat.EN_ECHEC),
    Etat.ENVOYE: (Etat.REJETE,),
    Etat.REJETE: (Etat.A_ENVOYER,),
    Etat.EN_ECHEC: (Etat.A_ENVOYER,),
}
"""A mail accepted by the server may still come back; a person may have a rejected one sent again."""
