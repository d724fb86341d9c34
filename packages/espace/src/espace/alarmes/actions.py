# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that opens and closes alarms. :func:`tell` is where a person is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from confiance.errors import DrimmError
from espace.alarmes.errors import AlarmeInconnue
from espace.alarmes.models import Alarme
from espace.journal.actions import record

SUCCES = "succès suivant"
"""Who closes an alarm that the next success proves over."""


@transaction.atomic
def raise_alarm(error: DrimmError, *, now: datetime, objet: str = "") -> Alarme:
    """Open the alarm of an error, or count it once more when it is open already.

    Args:
        error: what went wrong; its message must hold no secret and nothing of a Client.
        now: aware instant.
        objet: what it is about, when the same trouble may strike several things.
    """
    again = Alarme.objects.filter(code=error.code, objet=objet, fermee_le__isnull=True)
    if again.update(vue_le=now, occurrences=F("occurrences") + 1):
        return again.get()
    alarme, created = Alarme.objects.get_or_create(
        code=error.code,
        objet=objet,
        fermee_le=None,
        defaults={"message": error.message[:500], "remede": error.remede[:500], "depuis": now, "vue_le": now},
    )
    if created:
        tell(alarme)
    return alarme


@transaction.atomic
def close(alarme_id: int, *, auteur: str, now: datetime) -> Alarme:
    """Close an alarm: a person saw it and answers for it.

    Raises:
        AlarmeInconnue: no open alarm has this number.
    """
    alarme = Alarme.objects.select_for_update(no_key=True).filter(pk=alarme_id, fermee_le__isnull=True).first()
    if alarme is None:
        raise AlarmeInconnue(f"Aucune alarme ouverte ne porte le numéro {alarme_id}.")
    _close(alarme, auteur, now)
    return alarme


@transaction.atomic
def settle(codes: Iterable[str] | None = None, *, now: datetime, objet: str | None = None, unseen: bool = False) -> int:
    """Close the open alarms of these codes: what just succeeded proves them over. Return how many.

    Args:
        codes: never one that only a person may close; by default every code, and then ``objet`` says which.
        now: aware instant.
        objet: only the alarms about it; by default all.
        unseen: only those not raised again since ``now``, which is then the instant when everything was looked at.
    """
    if codes is None and objet is None:
        return 0
    found = Alarme.objects.select_for_update(no_key=True).filter(fermee_le__isnull=True)
    if codes is not None:
        found = found.filter(code__in=list(codes))
    if objet is not None:
        found = found.filter(objet=objet)
    if unseen:
        found = found.filter(vue_le__lt=now)
    alarmes = list(found)
    for alarme in alarmes:
        _close(alarme, SUCCES, now)
    return len(alarmes)


@transaction.atomic
def keep(current: Collection[tuple[DrimmError, str]], codes: Iterable[str], *, now: datetime) -> None:
    """Make the open alarms of these codes be exactly the present troubles: open the new ones, close those that are over.

    Args:
        current: every trouble of these codes, each with what it is about.
        codes: what was looked for.
        now: aware instant.
    """
    wanted = {(error.code, objet) for error, objet in current}
    known = set(Alarme.objects.filter(code__in=list(codes), fermee_le__isnull=True).values_list("code", "objet"))
    for code, objet in known - wanted:
        settle([code], objet=objet, now=now)
    for error, objet in current:
        if (error.code, objet) not in known:
            raise_alarm(error, objet=objet, now=now)


def tell(alarme: Alarme) -> None:
    """Tell people of a new alarm. Today it is the journal, that the console shows."""
    record("alarmes:alarme:raised", objet=f"alarme:{alarme.pk}", code=alarme.code)


def _close(alarme: Alarme, auteur: str, now: datetime) -> None:
    alarme.fermee_le, alarme.fermee_par = now, auteur
    alarme.save(update_fields=["fermee_le", "fermee_par"])
    record("alarmes:alarme:closed", auteur=auteur, objet=f"alarme:{alarme.pk}", code=alarme.code)
