# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an agent must see of the publication besides the list: changes that wait, head and témoin, git, calendar of the signers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from confiance.exploitation.settings import SettingsError
from confiance.liste_blanche import Diff, RemovalGuard
from confiance.transparence import Tete as Head
from espace.alarmes.models import Alarme
from espace.config import ListeBlanche
from espace.liste_blanche import echeances, historique, queries
from espace.liste_blanche.calendrier import Echeance
from espace.liste_blanche.changement import compare, is_mass_removal, lignes_sha256
from espace.tete import queries as tetes
from espace.tete import rules as tete_rules
from espace.tete.composition import content
from espace.tete.models import SignatureTete, Tete
from espace.web.console.memoire import Memoire

_DEPOT = "depot_git."
"""How the codes of the alarms of the git repository begin."""


@dataclass(frozen=True, slots=True)
class EnAttente:
    """What the Registre changes and no list says yet.

    Attributes:
        change: row by row.
        retrait_massif: readers would hold it back until a person confirms it.
        lignes_sha256: what tells the rows of the Registre from any others.
    """

    change: Diff
    retrait_massif: bool
    lignes_sha256: str


@dataclass(frozen=True, slots=True)
class EtatTete:
    """The heads.

    Attributes:
        tete: row of the head in force; None before the first.
        dit: what it says.
        signatures: received for it, in their order.
        en_retard: its successor is late, or will be soon.
        suivante: the head that waits for signatures.
        manquantes: names of the keys that did not sign it yet.
    """

    tete: Tete | None
    dit: Head | None
    signatures: list[SignatureTete]
    en_retard: bool
    suivante: Tete | None
    manquantes: list[str]


@dataclass(frozen=True, slots=True)
class Depot:
    """The git repository of the lists: whether there is one, whether it is pushed, and its open alarms."""

    configure: bool
    distant: bool
    branche: str
    alarmes: list[Alarme]


@dataclass(frozen=True, slots=True)
class Calendrier:
    """The signers with their dates, or the sentence that says why they cannot be read."""

    echeances: list[tuple[Echeance, str]]
    refus: str = ""


def en_attente(settings: ListeBlanche, liste: queries.EnVigueur | None) -> EnAttente:
    """Compare the Registre with the list in force; again only when one of the two moved, since 20,000 rows are long to compare.

    Args:
        settings: what readers hold back.
        liste: the list in force, as the page shows it.
    """
    guard = RemovalGuard(settings.removal_fraction, settings.removal_floor)
    sha256 = liste.sha256 if liste else ""
    return _COMPARED.get(lambda: _compared(sha256, guard), of=(sha256, guard))


def _compared(sha256: str, guard: RemovalGuard) -> EnAttente:
    held = historique.rows_of(sha256).domaines if sha256 else ()
    wanted = queries.wanted_rows()
    return EnAttente(compare(held, wanted), is_mass_removal(held, wanted, guard), lignes_sha256(wanted))


_COMPARED: Memoire[EnAttente] = Memoire()


def etat_tete(now: datetime) -> EtatTete:
    """Return where the heads are."""
    current, waiting = tetes.current(), tetes.en_attente()
    return EtatTete(
        tete=current,
        dit=None if current is None else content(current),
        signatures=[] if current is None else tetes.signatures(current),
        en_retard=current is not None and tete_rules.is_late(current.next_update, current.this_update, now),
        suivante=waiting,
        manquantes=[] if waiting is None else _missing(waiting),
    )


def depot(settings: ListeBlanche, alarmes: list[Alarme]) -> Depot:
    """Return the state of the git repository, from the settings and from the open alarms."""
    git = settings.git
    if git is None:
        return Depot(configure=False, distant=False, branche="", alarmes=[])
    own = [alarme for alarme in alarmes if alarme.code.startswith(_DEPOT)]
    return Depot(configure=True, distant=git.remote is not None, branche=git.branch, alarmes=own)


def calendrier(settings: ListeBlanche, now: datetime) -> Calendrier:
    """Return the signers in the order in which they sign, each with its place: past, present or to come."""
    try:
        found = sorted(echeances.echeances(settings), key=lambda one: one.debut)
    except SettingsError as error:
        return Calendrier([], error.message)
    return Calendrier([(one, _place(one, now)) for one in found])


def _missing(waiting: Tete) -> list[str]:
    signed = {signature.cle for signature in tetes.signatures(waiting)}
    return [cle.id for cle in content(waiting).trousseau.cles if cle.id not in signed]


def _place(one: Echeance, now: datetime) -> str:
    if one.fin <= now:
        return "fini"
    return "a_venir" if one.debut > now else "present"
