# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Taking a call, logging a professional in, keeping tokens alive. The journal names no patient and no professional."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from confiance.errors import TransportError
from drimbox.conso.appel import kept, psc
from drimbox.conso.appel.errors import AppelInaccessible, SessionAbsente
from drimbox.conso.appel.models import Appel, Connexion, SessionProfessionnel
from drimbox.conso.appel.parameters import read_appel
from drimbox.conso.appel.rules import may_take, must_refresh, opens, print_of
from drimbox.socle.coffre.fields import seal, unseal
from drimbox.socle.identite import DemandeConnexion, FormulaireDeconnexion, IdentiteRefusee, Retour, RetourInattendu, SessionPsc
from drimbox.socle.journal.actions import record

SECRET_BYTES = 32


@transaction.atomic
def receive(pairs: Iterable[tuple[str, str]], now: datetime, *, peer_ip: str) -> tuple[UUID, str]:
    """Keep a contextual call; return its number and the one-time key that opens it.

    Raises:
        AppelRefuse: with every fault of the form.
    """
    recu, secret = read_appel(pairs), secrets.token_urlsafe(SECRET_BYTES)
    expires_at = now + timedelta(minutes=settings.DRIMBOX.conso.appel_minutes)
    appel = Appel(secret_sha256=print_of(secret), received_at=now, expires_at=expires_at)
    appel.recu = seal(appel, kept.to_bytes(recu))
    appel.save(force_insert=True)
    record("appel:appel:received", dossier_id=appel.id, peer_ip=peer_ip)
    return appel.id, secret


@transaction.atomic
def open_once(appel_id: UUID, secret: str, now: datetime) -> None:
    """Use the one-time key of a call: the browser that shows it may go on with the call.

    Raises:
        AppelInaccessible: unknown call, wrong or used key, or too late.
    """
    appel = Appel.objects.select_for_update().filter(pk=appel_id).first()
    if appel is None or not opens(secret, appel.secret_sha256, appel.opened_at, appel.expires_at, now):
        raise AppelInaccessible
    appel.opened_at = now
    appel.save(update_fields=["opened_at"])
    record("appel:appel:opened", dossier_id=appel.id)


@transaction.atomic
def take(appel_id: UUID, sujet: str, now: datetime) -> Appel:
    """Give an opened call to a professional; the first one keeps it.

    Raises:
        AppelInaccessible: unknown, expired, never opened, or another's.
    """
    appel = Appel.objects.select_for_update().filter(pk=appel_id, opened_at__isnull=False).first()
    if appel is None or not may_take(appel.taken_by, sujet, appel.expires_at, now):
        raise AppelInaccessible
    if not appel.taken_by:
        appel.taken_by = sujet
        appel.save(update_fields=["taken_by"])
        record("appel:appel:taken", dossier_id=appel.id)
    return appel


def begin_login(appel_id: UUID | None, now: datetime) -> tuple[UUID, str]:
    """Prepare a login; return its number, for the session of the browser, and where to send the browser.

    Raises:
        PscIndisponible: Pro Santé Connect does not answer.
        IdentiteRefusee: its discovery document cannot be trusted.
    """
    url, demande = psc.ask_login()
    connexion = Connexion(appel_id=appel_id, expires_at=now + timedelta(seconds=settings.DRIMBOX.conso.login_seconds))
    connexion.demande = seal(connexion, json.dumps(demande.as_dict()).encode())
    connexion.save(force_insert=True)
    return connexion.id, url


def finish_login(connexion_id: UUID, query: Mapping[str, str], now: datetime) -> tuple[SessionProfessionnel, UUID | None]:
    """Turn the return of the browser into a session; return it with the call that was waiting.

    Raises:
        RetourInattendu: this browser asked for no login, or too long ago.
        IdentiteRefusee: Pro Santé Connect refuses, or cannot be trusted.
        PscIndisponible: it does not answer.
    """
    demande, appel_id = _use_connexion(connexion_id, now)
    session = psc.exchange(Retour.from_query(query), demande)
    return _keep_session(session, now), appel_id


@transaction.atomic
def _use_connexion(connexion_id: UUID, now: datetime) -> tuple[DemandeConnexion, UUID | None]:
    """Take a login under way out of the database: a return is good once."""
    connexion = Connexion.objects.filter(pk=connexion_id).first()
    if connexion is None or not Connexion.objects.filter(pk=connexion_id).delete()[0]:
        raise RetourInattendu  # of two returns at the same time, the one that deletes the row goes on
    demande = DemandeConnexion.from_dict(json.loads(unseal(connexion, connexion.demande)))
    appel_id, late = connexion.appel.pk if connexion.appel else None, now >= connexion.expires_at
    if late:
        raise RetourInattendu("La demande de connexion a expiré.")
    return demande, appel_id


@transaction.atomic
def _keep_session(session: SessionPsc, now: datetime) -> SessionProfessionnel:
    situations = session.professionnel.situations
    row = SessionProfessionnel(
        sujet=session.professionnel.subject_name_id,
        situation=0 if len(situations) == 1 else -1,
        created_at=now,
        expires_at=session.refresh_expires_at,
    )
    row.contenu = seal(row, session.to_bytes())
    row.save(force_insert=True)
    record("appel:session:opened")
    return row


@transaction.atomic
def choose_situation(session_id: UUID, rank: int) -> None:
    """Remember in which situation of exercise the professional asks.

    Raises:
        SessionAbsente: no such session, or no such situation.
    """
    row = SessionProfessionnel.objects.select_for_update().filter(pk=session_id).first()
    if row is None or not 0 <= rank < len(SessionPsc.from_bytes(unseal(row, row.contenu)).professionnel.situations):
        raise SessionAbsente
    row.situation = rank
    row.save(update_fields=["situation"])
    record("appel:situation:chosen")


@transaction.atomic
def fresh_token(session_id: UUID, now: datetime) -> str:
    """Return an access token that still lives a while, renewed if needed.

    The row stays locked during the renewal: Pro Santé Connect gives a new refresh token each time, and the former one dies.

    Raises:
        SessionAbsente: the session is over.
        PscIndisponible: Pro Santé Connect does not answer.
    """
    row = SessionProfessionnel.objects.select_for_update().filter(pk=session_id).first()
    if row is None:
        raise SessionAbsente
    session = SessionPsc.from_bytes(unseal(row, row.contenu))
    if not must_refresh(session.access_expires_at, now):
        return session.access_token
    try:
        session = psc.refresh(session)
    except IdentiteRefusee as error:
        raise SessionAbsente from error
    row.contenu, row.expires_at = seal(row, session.to_bytes()), session.refresh_expires_at
    row.save(update_fields=["contenu", "expires_at"])
    return session.access_token


def close_session(session_id: UUID) -> FormulaireDeconnexion | None:
    """End a session here; return the form that ends it at Pro Santé Connect, when there is one."""
    with transaction.atomic():
        row = SessionProfessionnel.objects.select_for_update().filter(pk=session_id).first()
        if row is None:
            return None
        session = SessionPsc.from_bytes(unseal(row, row.contenu))
        row.delete()
        record("appel:session:closed")
    try:
        return psc.logout_form(session)
    except (IdentiteRefusee, TransportError):
        return None  # it is over here; at PSC it ends by itself within half an hour


@transaction.atomic
def purge(now: datetime) -> int:
    """Delete what has expired, with everything found from it; return how many rows of the three tables."""
    querysets = (
        Appel.objects.filter(expires_at__lte=now),
        Connexion.objects.filter(expires_at__lte=now),
        SessionProfessionnel.objects.filter(expires_at__lte=now),
    )
    count = 0
    for queryset in querysets:
        ids = list(queryset.values_list("pk", flat=True))
        queryset.model.objects.filter(pk__in=ids).delete()
        count += len(ids)
    if count:
        record("appel:expires:purged", count=count)
    return count
