# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client of Pro Santé Connect: login, refresh, logout, introspection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from drimbox.config import Psc
from drimbox.socle.identite.connexion import Connexion
from drimbox.socle.identite.conversation import Conversation, check_settings
from drimbox.socle.identite.introspecteur import Introspecteur
from drimbox.socle.identite.limits import LIMITES, Limites
from drimbox.socle.identite.session import DemandeConnexion, FormulaireDeconnexion, JetonActif, SessionPsc
from drimbox.socle.tls import client_context


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PscClient:
    """Speaks to one Pro Santé Connect with the credentials of this DRIMbox. Belongs to one event loop."""

    def __init__(
        self,
        settings: Psc,
        *,
        session: aiohttp.ClientSession | None = None,
        now: Callable[[], datetime] = _utc_now,
        limits: Limites = LIMITES,
    ) -> None:
        """Prepare the client, inside its event loop; nothing is sent yet.

        Args:
            settings: table [psc].
            session: HTTP session of the caller, which then closes it; by default one that trusts what the settings say.
            now: clock.
            limits: bounds.

        Raises:
            PscMalConfigure: the discovery address or the issuer is not https.
            SettingsError: the secret cannot be read.
            AncresIllisibles: the authorities of the server cannot be read.
        """
        check_settings(settings)
        self._owned = session is None
        self._session = session or _new_session(settings)
        conversation = Conversation(settings, self._session, now=now, limits=limits)
        self._connexion = Connexion(conversation)
        self._introspecteur = Introspecteur(conversation)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Drop what is under way and close the HTTP session, unless it belongs to the caller."""
        await self._introspecteur.close()
        if self._owned:
            await self._session.close()

    async def introspect(self, token: str, *, presenter: str = "") -> JetonActif:
        """Ask PSC whether an access token is active, or remember what it said a moment ago.

        Args:
            token: what :func:`~drimbox.socle.identite.bearer.bearer` returned.
            presenter: who presents it, so that one cannot use up what PSC grants us for all; an empty text is not bounded.

        Raises:
            JetonRefuse: not an active access token of this PSC.
            JetonSansPersonne: no professional stands behind it.
            TropDEssais: this presenter costs too many questions.
            ClientRefuse: PSC refuses our credentials.
            PscIndisponible: PSC does not answer.
            PscReponseInvalide: its answer cannot be understood.
        """
        return await self._introspecteur.introspect(token, presenter)

    async def authorization_request(self, redirect_uri: str) -> tuple[str, DemandeConnexion]:
        """Prepare a login.

        Args:
            redirect_uri: return address, as declared at PSC.

        Returns:
            The address to send the browser to, and what to keep in its server-side session until the return.

        Raises:
            PscIndisponible: PSC does not answer.
            PscReponseInvalide: its discovery document cannot be trusted.
        """
        return await self._connexion.authorization_request(redirect_uri)

    async def exchange(self, code: str, state: str, demande: DemandeConnexion, *, iss: str | None = None) -> SessionPsc:
        """Turn the return of the browser into a session; see :class:`~drimbox.socle.identite.session.Retour` to read its query.

        Args:
            code: parameter of the return.
            state: parameter of the return.
            demande: what :meth:`authorization_request` gave for this browser; use it once.
            iss: parameter of the return.

        Raises:
            RetourInattendu: state or issuer differ from the request, or the request is too old.
            ConnexionRefusee: PSC refuses the code.
            PscReponseInvalide: id_token or userinfo cannot be trusted.
            ClientRefuse: PSC refuses our credentials.
            PscIndisponible: PSC does not answer.
        """
        return await self._connexion.exchange(code, state, demande, iss=iss)

    async def refresh(self, session: SessionPsc) -> SessionPsc:
        """Return the session with new tokens; the person stays the same.

        Raises:
            SessionTerminee: PSC refuses: treat it as a logout.
            PscReponseInvalide: the answer cannot be trusted.
            ClientRefuse: PSC refuses our credentials.
            PscIndisponible: PSC does not answer; the session may still be good.
        """
        return await self._connexion.refresh(session)

    async def logout_form(self, session: SessionPsc, return_uri: str) -> FormulaireDeconnexion | None:
        """Return the form that ends the session at PSC, or None when PSC offers no logout.

        Args:
            session: the session to end; forget it on our side first.
            return_uri: where PSC sends the browser afterwards, as declared there.

        Raises:
            PscIndisponible: PSC does not answer.
            PscReponseInvalide: its discovery document cannot be trusted.
        """
        return await self._connexion.logout_form(session, return_uri)


def _new_session(settings: Psc) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=client_context(settings.trust))
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
