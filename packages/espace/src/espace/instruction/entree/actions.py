# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that lets a Drimbox in, whoever asks: a dossier that is accepted, or a command."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.meteo.actions import watch
from espace.registre import actions as registre
from espace.registre.models import Drimbox


@transaction.atomic
def let_in(db: str, dn: str, *, auteur: str, at: datetime, identifiant: int | None = None) -> Drimbox:
    """Let a declared Drimbox enter the list and the Météo, together. The list is asked for by the caller.

    Args:
        db: name of the Drimbox.
        dn: DN of its SERV_SSL certificate.
        auteur: login of who acts.
        at: aware instant.
        identifiant: identifiant interne DRIM-M; by default the next number.

    Raises:
        Inconnu, TransitionRefusee, DistinguishedNameError, DnRefuse: as :func:`espace.registre.actions.integrate`.
    """
    drimbox = registre.integrate(db, dn, identifiant=identifiant, auteur=auteur, now=at)
    watch(drimbox.couple, auteur=auteur, at=at)
    return drimbox
