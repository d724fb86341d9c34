# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How long two certificates answer for one name. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche.lint import LintRules
from espace.registre.errors import RegistreRefus
from espace.registre.states import IN_LIST, Statut

RECOUVREMENT_MAX = LintRules().overlap
"""Readers of the list report two certificates under one name after this: the Registre never lets it last so long."""
RECOUVREMENT = timedelta(days=30)
"""What an agent is proposed: the time to install the new certificate everywhere."""


class DnInchange(RegistreRefus):
    """The new certificate bears the DN that the list already names."""

    code = "registre.dn_inchange"
    message = "Ce DN est déjà celui de la DRIMbox."
    remede = "Un certificat renouvelé sous le même DN ne demande aucune démarche : la liste ne change pas."


class RecouvrementEnCours(RegistreRefus):
    """Two certificates are already admitted."""

    code = "registre.recouvrement_en_cours"
    message = "Deux certificats sont déjà admis sous ce nom."
    remede = "Attendez la fin de leur recouvrement, ou remplacez le certificat sans recouvrement."


class RecouvrementRefuse(RegistreRefus):
    """The window is too long, or ends before it begins."""

    code = "registre.recouvrement_refuse"
    message = f"Le recouvrement de deux certificats dure de 0 à {RECOUVREMENT_MAX.days} jours."
    remede = "Donnez une durée dans ces limites."


class DrimboxHorsListe(RegistreRefus):
    """Only a Drimbox of the list has a certificate to replace."""

    code = "registre.drimbox_hors_liste"
    message = "Cette DRIMbox n'est pas dans la Liste Blanche : elle n'a pas de certificat à remplacer."
    remede = "Son DN est donné par son intégration ou par sa réintégration."


def check_remplacement(*, statut: str, ancien: str, nouveau: str, recouvrement: timedelta, fenetre: datetime | None, now: datetime) -> None:
    """Let one DN replace another.

    Args:
        statut: state of the Drimbox.
        ancien: DN in force, as published.
        nouveau: DN that comes, as it would be published.
        recouvrement: how long both are admitted.
        fenetre: end of the last window of this Drimbox, or None.
        now: aware instant of the act.

    Raises:
        DrimboxHorsListe, DnInchange, RecouvrementRefuse, RecouvrementEnCours: as they say.
    """
    if Statut(statut) not in IN_LIST:
        raise DrimboxHorsListe
    if DistinguishedName.parse(nouveau) == DistinguishedName.parse(ancien):
        raise DnInchange
    if not timedelta() <= recouvrement <= RECOUVREMENT_MAX:
        raise RecouvrementRefuse
    if recouvrement and fenetre is not None and fenetre > now:
        raise RecouvrementEnCours
