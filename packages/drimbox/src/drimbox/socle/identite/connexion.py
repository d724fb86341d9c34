# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Logs professionals in: authorization code with PKCE (RFC 6749, RFC 7636), refresh, logout."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from drimbox.socle.identite.conversation import Conversation
from drimbox.socle.identite.errors import ConnexionRefusee, IdentiteRefusee, PscReponseInvalide, RetourInattendu, SessionTerminee
from drimbox.socle.identite.exchange import Answer
from drimbox.socle.identite.id_token import Expected, UnknownKeyError, verify_id_token
from drimbox.socle.identite.metadata import Metadata
from drimbox.socle.identite.professionnel import ProfessionnelPsc, read_userinfo
from drimbox.socle.identite.session import DemandeConnexion, FormulaireDeconnexion, SessionPsc

LONGEST_LIFE = 7 * 24 * 3600
"""No token of PSC lives longer, in seconds; a larger figure is a fault."""


class Connexion:
    """Logins at one PSC. Errors: see :class:`~drimbox.socle.identite.client.PscClient`."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def authorization_request(self, redirect_uri: str) -> tuple[str, DemandeConnexion]:
        """Return the address to send the browser to, and what to keep until it comes back."""
        metadata, settings = await self._conversation.metadata(), self._conversation.settings
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (24, 24, 48))
        query = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": settings.scope,
            "acr_values": settings.acr_values,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        demande = DemandeConnexion(state, nonce, verifier, redirect_uri, self._conversation.now())
        return _with_query(metadata.authorization, query), demande

    async def exchange(self, code: str, state: str, demande: DemandeConnexion, *, iss: str | None) -> SessionPsc:
        """Turn the return of the browser into a session."""
        metadata = await self._conversation.metadata()
        self._check_return(state, demande, iss, metadata)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": demande.redirect_uri,
            "code_verifier": demande.verifier,
        }
        answer = await self._tokens(metadata, form, refusal=ConnexionRefusee)
        id_token, access_token = _required(answer, "id_token"), _required(answer, "access_token")
        sub = await self._verify(id_token, access_token, nonce=demande.nonce, sub=None)
        professionnel = await self._userinfo(metadata, access_token)
        if professionnel.sub != sub:
            raise PscReponseInvalide("Pro Santé Connect décrit une autre personne que celle de l'id_token.")
        return self._session_of(answer, id_token, professionnel)

    async def refresh(self, session: SessionPsc) -> SessionPsc:
        """Return the session with new tokens."""
        metadata = await self._conversation.metadata()
        form = {"grant_type": "refresh_token", "refresh_token": session.refresh_token}
        answer = await self._tokens(metadata, form, refusal=SessionTerminee)
        told = answer.body.get("id_token")
        if isinstance(told, str):
            await self._verify(told, _required(answer, "access_token"), nonce=None, sub=session.professionnel.sub)
        renewed = Answer(200, {"refresh_token": session.refresh_token, **answer.body})
        return self._session_of(renewed, told if isinstance(told, str) else session.id_token, session.professionnel)

    async def logout_form(self, session: SessionPsc, return_uri: str) -> FormulaireDeconnexion | None:
        """Return the form that ends the session at PSC, or None when PSC offers no logout."""
        metadata = await self._conversation.metadata()
        if metadata.end_session is None:
            return None
        state = secrets.token_urlsafe(16)
        fields = {
            "id_token_hint": session.id_token,
            "post_logout_redirect_uri": return_uri,
            "state": state,
            "client_id": self._conversation.settings.client_id,
        }
        return FormulaireDeconnexion(metadata.end_session, state, fields)

    def _check_return(self, state: str, demande: DemandeConnexion, iss: str | None, metadata: Metadata) -> None:
        if not hmac.compare_digest(state.encode(errors="replace"), demande.state.encode()):
            raise RetourInattendu
        if (iss is not None or metadata.iss_in_return) and iss != metadata.issuer:
            raise RetourInattendu("Ce retour ne vient pas de Pro Santé Connect.")
        age = self._conversation.now() - demande.asked_at
        if age > timedelta(seconds=self._conversation.limits.login_seconds):
            raise RetourInattendu("La demande de connexion a expiré.")

    async def _tokens(self, metadata: Metadata, form: Mapping[str, str], *, refusal: type[IdentiteRefusee]) -> Answer:
        answer = await self._conversation.post(metadata.token, form)
        if answer.status == 200:
            return answer
        if answer.status == 400:
            raise refusal
        raise PscReponseInvalide(f"Pro Santé Connect répond {answer.status} à la demande de jetons.")

    async def _verify(self, id_token: str, access_token: str, *, nonce: str | None, sub: str | None) -> str:
        settings, limits, keys = self._conversation.settings, self._conversation.limits, self._conversation.keys
        expected = Expected(settings.issuer, settings.client_id, nonce, sub, access_token, self._conversation.now())
        try:
            return verify_id_token(id_token, await keys.get(), expected, limits)
        except UnknownKeyError:  # PSC changed its keys since we read them
            return verify_id_token(id_token, await keys.renewed(), expected, limits)

    async def _userinfo(self, metadata: Metadata, access_token: str) -> ProfessionnelPsc:
        answer = await self._conversation.exchange.get(metadata.userinfo, token=access_token)
        if answer.status != 200:
            raise PscReponseInvalide(f"Pro Santé Connect répond {answer.status} à la demande d'identité.")
        return read_userinfo(answer.body)

    def _session_of(self, answer: Answer, id_token: str, professionnel: ProfessionnelPsc) -> SessionPsc:
        now = self._conversation.now()
        return SessionPsc(
            access_token=_required(answer, "access_token"),
            refresh_token=_required(answer, "refresh_token"),
            id_token=id_token,
            access_expires_at=now + _seconds(answer, "expires_in", 0),
            refresh_expires_at=now + _seconds(answer, "refresh_expires_in", self._conversation.limits.refresh_seconds),
            professionnel=professionnel,
        )


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode(query)


def _required(answer: Answer, key: str) -> str:
    value = answer.body.get(key)
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise PscReponseInvalide(f"Pro Santé Connect ne donne pas {key}.")
    return value


def _seconds(answer: Answer, key: str, default: float) -> timedelta:
    value = answer.body.get(key, default)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return timedelta(seconds=min(max(value, 0), LONGEST_LIFE) if is_number else default)
