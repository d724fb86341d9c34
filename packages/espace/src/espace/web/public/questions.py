# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a visitor asks of the history: a name and an instant, read strictly. Pure: texts and a clock in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from confiance import horodatage
from confiance.errors import PeerError
from confiance.fqdn import Fqdn, FqdnError
from espace.calendrier.rules import PARIS

MAX_TEXT = 300
_ZONED = re.compile(r".*(?:Z|[+-][0-9]{2}:[0-9]{2})")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_BLANK_BEFORE_OFFSET = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")


class QuestionIllisible(PeerError):
    """The question cannot be read."""

    code = "historique.question"
    message = "La question ne peut pas être lue."
    remede = "Donnez un nom db et un instant, par exemple 2026-11-22T10:30:15Z."


class NomAbsent(QuestionIllisible):
    """No name."""

    code = "historique.nom_absent"
    message = "Le nom à chercher manque."
    remede = "Donnez le nom db d'une DRIMbox, par exemple db1.349.mesimagesmedicales.fr."


class NomIllisible(QuestionIllisible):
    """Not the name of a Drimbox."""

    code = "historique.nom"
    message = "Ce nom n'est pas celui d'une DRIMbox."
    remede = "Donnez le nom db d'une DRIMbox, par exemple db1.349.mesimagesmedicales.fr."


class InstantAbsent(QuestionIllisible):
    """No instant."""

    code = "historique.instant_absent"
    message = "L'instant manque."
    remede = "Donnez un instant, par exemple 2026-11-22T10:30:15Z."


class InstantIllisible(QuestionIllisible):
    """Not an instant."""

    code = "historique.instant"
    message = "Cet instant ne peut pas être lu."
    remede = "Écrivez-le ainsi : 2026-11-22T10:30:15Z, ou avec un décalage : 2026-11-22T11:30:15+01:00."


class InstantSansFuseau(QuestionIllisible):
    """A program gave a time without its zone."""

    code = "historique.instant_sans_fuseau"
    message = "Cet instant ne dit pas son fuseau."
    remede = "Ajoutez Z pour le temps universel, ou un décalage : 2026-11-22T11:30:15+01:00."


class HeureDouble(QuestionIllisible):
    """The clocks of Paris showed this time twice, or never, on the day when they were changed."""

    code = "historique.heure_double"
    message = "Au changement d'heure, cette heure a existé deux fois à Paris, ou n'y a pas existé."
    remede = "Donnez l'instant avec son décalage dans l'adresse de cette page : 2026-10-25T02:30:00+02:00 ou +01:00."


class InstantFutur(QuestionIllisible):
    """An instant that has not come."""

    code = "historique.instant_futur"
    message = "Cet instant est à venir : l'historique n'en sait rien."
    remede = "Donnez un instant passé."


@dataclass(frozen=True, slots=True)
class Question:
    """Was this name in the list at that instant?

    Attributes:
        nom: db name, in small letters.
        instant: UTC.
    """

    nom: str
    instant: datetime


def read_name(text: str, *, zone: str) -> str:
    """Return the db name that a person or a program wrote.

    Args:
        text: the name, in any case, with or without its final dot.
        zone: DNS zone of every name.

    Raises:
        NomAbsent, NomIllisible: none, or not the db name of a Drimbox of the zone.
    """
    wanted = text.strip().rstrip(".").lower()
    if not wanted:
        raise NomAbsent
    try:
        found = Fqdn.parse(wanted, zone=zone)
    except FqdnError:
        raise NomIllisible from None
    if found.kind != "db":
        raise NomIllisible("Ce nom est celui d'une visionneuse : la Liste Blanche se lit par le nom db de la DRIMbox.")
    return wanted


def read_instant(text: str, *, local: bool, now: datetime) -> datetime:
    """Return an instant, in UTC.

    Args:
        text: xsd:dateTime; or, for a person, a local time without zone.
        local: a time without zone is the one of Paris; otherwise it is refused.
        now: aware instant: what comes after is refused.

    Raises:
        InstantAbsent, InstantIllisible, InstantSansFuseau, HeureDouble, InstantFutur: as said.
    """
    wanted = text.strip()
    if not wanted:
        raise InstantAbsent
    if len(wanted) > MAX_TEXT:
        raise InstantIllisible
    instant = _of_paris(wanted) if _LOCAL.fullmatch(wanted) and local else _with_zone(wanted)
    if instant > now:
        raise InstantFutur
    return instant


def _with_zone(text: str) -> datetime:
    exact = _BLANK_BEFORE_OFFSET.sub("+", text)  # a plus sign that was not escaped reaches us as a blank
    if _LOCAL.fullmatch(exact):
        raise InstantSansFuseau
    try:
        instant = horodatage.parse(exact)
    except horodatage.HorodatageError:
        raise InstantIllisible from None
    if not _ZONED.fullmatch(exact):
        raise InstantSansFuseau
    return instant


def _of_paris(text: str) -> datetime:
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=PARIS)
        first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InstantIllisible from None
    if first != second:
        raise HeureDouble
    return first
