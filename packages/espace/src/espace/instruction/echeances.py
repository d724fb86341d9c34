# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the clock does to dossiers, every minute: reminders, lateness, what a publication has made possible. It decides nothing.

Each dossier has its own transaction: one that fails raises an alarm and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F, QuerySet
from dns.resolver import Resolver

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from espace.acteurs.acteur import Qui
from espace.alarmes.actions import raise_alarm, settle
from espace.attestation.actions import delivrer
from espace.calendrier.rules import add_jours_ouvres, fin_du_jour, jour_de_paris
from espace.database import is_lost
from espace.guichet import actions as guichet
from espace.guichet import queries as guichet_queries
from espace.guichet.models import Dossier, Piece, Verification
from espace.guichet.natures import Verdict
from espace.instruction import queries
from espace.instruction.actions import SYSTEME, avancer
from espace.instruction.delais import region_of
from espace.instruction.errors import DejaDecide, DossierBloque
from espace.instruction.parcours import PARCOURS, Relance
from espace.instruction.rappels.actions import announce_messages, remind
from espace.instruction.rappels.queries import ANNONCES, with_messages_waiting
from espace.instruction.verifications.resolution import look_up, resolver
from espace.zone.queries import publiee

log = get_logger("instruction")
BATCH = 200
_RESOLVED_PER_TURN = 20
_SILENT_PER_TURN = 2


def relancer(now: datetime) -> int:
    """Do what is due.

    Args:
        now: aware instant.

    Returns:
        How many things were done.

    Raises:
        DrimmError: one of the turns could not begin; the others had theirs.
    """
    done, failures = 0, []
    for turn in (attest, notify, resolve, close, warn, tell, lateness, expire, purge):
        try:
            done += turn(now)
        except DrimmError as error:  # what one of them asks of another room takes nothing from the others
            failures.append(error)
    if failures:
        raise failures[0]
    settle([DossierBloque.code], now=now, unseen=True)
    return done


def attest(now: datetime) -> int:
    """Deliver the attestations of the dossiers whose names are all published and whose PDF is sealed."""
    waiting = Dossier.objects.filter(parcours="declaration", etat="acceptee")
    return _each(waiting, lambda dossier: _attest(dossier, now), now)


def _attest(dossier: Dossier, now: datetime) -> bool:
    couples = queries.couples_of(dossier)
    if not couples or not all(publiee(couple) for couple in couples):
        return False
    if not delivrer(dossier, now).pades:  # the signataire seals it in a moment
        return False
    return _take(dossier, "deliver", now)


def notify(now: datetime) -> int:
    """Notify the integrations whose Drimboxes are in the list in force, which is the effective date; close those that have none left."""
    waiting = Dossier.objects.filter(parcours="integration", etat="acceptee")
    names = queries.names_in_force() if waiting.exists() else frozenset()
    return _each(waiting, lambda dossier: _notify(dossier, names, now), now)


def _notify(dossier: Dossier, names: frozenset[str], now: datetime) -> bool:
    # one that was excluded before its list was published is awaited by nobody: the others have their notice
    awaited = {couple.db for couple in queries.still_in_list(dossier)}
    if not awaited:
        return _take(dossier, "close", now)
    return names.issuperset(awaited) and _take(dossier, "publish", now)


def resolve(now: datetime) -> int:
    """Look up the hosts of declarations that wait for the network, the one asked longest ago first.

    Two silent answers end the turn: no server listens, and the mails of the same process must not wait for it.
    """
    asked = resolver(settings.ESPACE.instruction)
    done = silent = 0
    for check in guichet_queries.waiting_checks(_RESOLVED_PER_TURN):
        answered = _one(check.dossier, partial(_resolve, check, asked, now), now)
        silent += not answered
        done += answered
        if silent == _SILENT_PER_TURN:
            break
    return done


def _resolve(check: Verification, asked: Resolver, now: datetime, _dossier: Dossier) -> bool:
    verdict, detail = look_up(check.sujet, asked)
    guichet.conclure(check, verdict, detail, at=now)
    return verdict is not Verdict.EN_ATTENTE


def warn(now: datetime) -> int:
    """Post the reminders before and after due dates, each once."""
    return sum(_warn(name, relance, now) for name, table in PARCOURS.items() for relance in table.relances)


def _warn(parcours: str, relance: Relance, now: datetime) -> int:
    etats = [str(etat) for etat, who in PARCOURS[parcours].attend.items() if who is relance.qui]
    waiting = Dossier.objects.filter(parcours=parcours, etat__in=etats, echeance__isnull=False)
    far = now + timedelta(days=2 * settings.ESPACE.instruction.rappel_jours + 14)  # wide enough whatever the region; _due is exact
    waiting = waiting.filter(echeance__gte=now, echeance__lte=far) if relance.avant else waiting.filter(echeance__lt=now)
    waiting = waiting.exclude(rappels__evenement=relance.evenement, rappels__echeance=F("echeance"))
    return _each(waiting, lambda dossier: _due(dossier, relance, now) and remind(dossier, relance.evenement, at=now), now)


def _due(dossier: Dossier, relance: Relance, now: datetime) -> bool:
    if not relance.avant or dossier.echeance is None:
        return True
    reglages = settings.ESPACE.instruction
    region = region_of(queries.origin(dossier).donnees, reglages)
    day = add_jours_ouvres(jour_de_paris(dossier.echeance), -reglages.rappel_jours, region)
    return now > fin_du_jour(day - timedelta(days=1))


def tell(now: datetime) -> int:
    """Tell each side of a dossier of the messages that the other one wrote: those of a moment by one mail."""
    silence = timedelta(minutes=settings.ESPACE.instruction.message_minutes)
    return sum(_tell(de, silence, now) for de in ANNONCES)


def _tell(de: Qui, silence: timedelta, now: datetime) -> int:
    return _each(with_messages_waiting(de, now, silence), lambda dossier: announce_messages(dossier, de, at=now), now)


def close(now: datetime) -> int:
    """Close the dossiers of a document de VA that nothing awaits any more: no Drimbox of theirs is in provisional entry."""
    awaited = Dossier.objects.filter(parcours="va", etat__in=list(map(str, PARCOURS["va"].attend)))
    return _each(awaited, lambda dossier: _close(dossier, now), now)


def _close(dossier: Dossier, now: datetime) -> bool:
    return not queries.still_provisional(dossier) and _take(dossier, "close", now)


def lateness(now: datetime) -> int:
    """Propose the exclusion of what has no document de VA in time. An agent decides."""
    late = Dossier.objects.filter(parcours="va", etat__in=["attendu", "a_refaire"], echeance__lt=now)
    return _each(late, lambda dossier: _take(dossier, "late", now), now)


def expire(now: datetime) -> int:
    """Abandon the drafts left without follow-up."""
    limit = now - timedelta(days=settings.ESPACE.guichet.brouillon_jours)
    left = Dossier.objects.filter(etat=guichet_queries.DRAFT, modifie_le__lt=limit)
    return _each(left, lambda dossier: _take(dossier, "expire", now), now)


def purge(now: datetime) -> int:
    """Erase the pieces of dossiers finished for long enough."""
    limit = now - timedelta(days=settings.ESPACE.guichet.purge_jours)
    return sum(_one(piece.dossier, partial(_purge, piece, now), now) for piece in queries.pieces_to_purge(limit, BATCH))


def _purge(piece: Piece, now: datetime, _dossier: Dossier) -> bool:
    guichet.purger(piece, at=now)
    return True


def _each(dossiers: QuerySet[Dossier], work: Callable[[Dossier], bool], now: datetime) -> int:
    return sum(_one(dossier, work, now) for dossier in list(dossiers.order_by("id")))


def _take(dossier: Dossier, verb: str, now: datetime) -> bool:
    """Take a step that was due when the dossier was read: whoever moved it since was faster, and that is no trouble."""
    avancer(dossier.pk, verb, SYSTEME, at=now, version=dossier.version)
    return True


def _one(dossier: Dossier, work: Callable[[Dossier], bool], now: datetime) -> bool:
    try:
        with transaction.atomic():
            return work(dossier)
    except DejaDecide:  # a person was faster
        return False
    except Exception as error:  # whatever it is, the other dossiers have their turn and a person is told
        if isinstance(error, DatabaseError) and is_lost(error):
            raise
        log.error("instruction:dossier:blocked", exc_info=error, dossier_id=dossier.pk)
        why = error.message if isinstance(error, DrimmError) else DossierBloque.message
        raise_alarm(DossierBloque(f"Dossier {dossier.numero} : {why}"), now=now, objet=guichet.objet(dossier))
        return False
