# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Exchanges with Pro Santé Connect, from code that does not run in an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings

from drimbox.socle.identite import DemandeConnexion, FormulaireDeconnexion, PscClient, Retour, SessionPsc

T = TypeVar("T")


def return_address() -> str:
    """Return the address declared at PSC, to which it sends browsers back after a login."""
    return f"{settings.DRIMBOX.pages.public_url}/psc/retour"


def home_address() -> str:
    """Return the address declared at PSC, to which it sends browsers back after a logout."""
    return f"{settings.DRIMBOX.pages.public_url}/psc/deconnecte"


def ask_login() -> tuple[str, DemandeConnexion]:
    """Return where to send the browser, and what to keep until it comes back."""
    return _ask(lambda psc: psc.authorization_request(return_address()))


def exchange(retour: Retour, demande: DemandeConnexion) -> SessionPsc:
    """Turn the return of the browser into a session."""
    return _ask(lambda psc: psc.exchange(retour.code, retour.state, demande, iss=retour.iss))


def refresh(session: SessionPsc) -> SessionPsc:
    """Return the session with new tokens."""
    return _ask(lambda psc: psc.refresh(session))


def logout_form(session: SessionPsc) -> FormulaireDeconnexion | None:
    """Return the form that ends the session at PSC, or None when PSC offers no logout."""
    return _ask(lambda psc: psc.logout_form(session, home_address()))


def _ask(exchange: Callable[[PscClient], Awaitable[T]]) -> T:
    async def run() -> T:
        async with PscClient(settings.DRIMBOX.psc) as psc:
            return await exchange(psc)

    return asyncio.run(run())
