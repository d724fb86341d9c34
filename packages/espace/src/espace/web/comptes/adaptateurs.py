# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What allauth asks of us: where a person goes, whether strangers may sign up (never), and how secrets are kept."""

from __future__ import annotations

from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from confiance.errors import DrimmError
from espace.acteurs.actions import facteurs, invitations
from espace.acteurs.queries import SansAcces, membre_of
from espace.web.console.requete import sentence
from espace.web.erreurs import refused

_UNKNOWN = _(
    "Ce compte iSC n'est rattaché à aucun compte de l'Espace de Confiance. Demandez une invitation à votre représentant légal "
    "ou à l'administrateur, puis revenez par son lien."
)
_UNCONFIRMED = _("iSC n'a pas confirmé votre identité, ou votre demande a expiré. Recommencez.")
INVITED = "invitation"
"""In the session: the link of the person who chose iSC and comes back from it."""


class ComptesAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts: nobody signs up by himself, and the pages say what they have to say themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Trop d'essais. Attendez quelques minutes avant de recommencer."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say no: an account comes from an invitation or from the command line."""
        return False

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Show none of allauth's own messages."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page of a person: the portail for a Membre, the console for an agent."""
        return resolve_url("portail:accueil" if membre_of(request.user) else "console:accueil")


class FacteursAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors: their secrets are sealed in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return facteurs.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return facteurs.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """Return the name that a generator shows beside the codes."""
        return "Espace de Confiance DRIM-M"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the account, as a generator shows it."""
        return str(user.get_username())


class IscAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """iSC: it opens the accounts that an invitation tied to it, and no other."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Say no: an unknown iSC account asks for an invitation."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie an iSC account to the invitation that its person came with; end here what opens no account of an active Membre."""
        link = request.session.pop(INVITED, None)
        if link:
            _tie(request, sociallogin, link)
        if not sociallogin.is_existing:
            raise ImmediateHttpResponse(refused(request, str(_UNKNOWN)))
        if membre_of(sociallogin.user) is None:
            raise ImmediateHttpResponse(refused(request, sentence(SansAcces())))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_details: Any) -> None:  # noqa: ARG002 - allauth's signature
        """Say that the login failed, without the words of the provider."""
        raise ImmediateHttpResponse(refused(request, str(_UNCONFIRMED)))

    def get_requests_session(self) -> requests.Session:
        """Return the client that speaks to iSC: its own authority if one is set, a limit of time, no proxy of the environment."""
        session = _BoundedSession()
        session.trust_env = False
        if settings.ESPACE.isc is not None and settings.ESPACE.isc.ca is not None:
            session.verify = str(settings.ESPACE.isc.ca)
        return session


def _tie(request: HttpRequest, sociallogin: Any, link: str) -> None:
    try:
        sociallogin.user = invitations.accept_with_isc(link, sociallogin.account, timezone.now())
    except DrimmError as error:
        # an old link, forgotten in the session, closes no account that iSC opens already
        if not (sociallogin.is_existing and isinstance(error, invitations.LienPerime)):
            raise ImmediateHttpResponse(refused(request, sentence(error))) from None


class _BoundedSession(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", settings.ESPACE.isc.timeout_seconds)
        return super().request(*args, **kwargs)
