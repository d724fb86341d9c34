# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from espace.acteurs.models import Membre, Operateur, RoleMembre
from espace.courrier.models import Courrier
from espace.courrier.states import Etat

_WHO_DECIDES = (RoleMembre.REPRESENTANT_LEGAL, RoleMembre.MANDATAIRE, RoleMembre.CONTRIBUTEUR)
MAX_ADDRESSES = 20


def addresses_of(operateur: Operateur) -> tuple[str, ...]:
    """Return where an Operateur is written to: its persons who act, and its contact projet; else its support. Each address once."""
    persons = Membre.objects.filter(operateur=operateur, actif=True, user__is_active=True, role__in=_WHO_DECIDES).exclude(user__email="")
    found = [*persons.order_by("id").values_list("user__email", flat=True)[:MAX_ADDRESSES], operateur.contact_projet]
    once = {address.lower(): address for address in found if address}
    return tuple(once.values()) or (operateur.support_mail,)


def due(now: datetime, horizon: datetime) -> QuerySet[Courrier]:
    """Return the mails to send now, oldest first; a date beyond the horizon (:func:`espace.courrier.rules.horizon`) is not believed."""
    when = Q(prochaine__lte=now) | Q(prochaine__gt=horizon)
    return Courrier.objects.filter(when, etat=Etat.A_ENVOYER).order_by("prochaine", "id")


def counts() -> dict[str, int]:
    """Return how many mails are in each state."""
    found = dict(Courrier.objects.order_by().values_list("etat").annotate(Count("id")))
    return {etat.value: found.get(etat.value, 0) for etat in Etat}


def of_etat(etat: str) -> QuerySet[Courrier]:
    """Return the mails in one state, or in any when it is empty, newest first, without their words."""
    found = Courrier.objects.select_related("operateur").defer("texte", "html").order_by("-id")
    return found.filter(etat=etat) if etat else found
