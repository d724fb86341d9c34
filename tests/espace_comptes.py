# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Persons of the tests of the Espace: agents and Membres, and browsers in which they are logged in."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

from tests.espace_env import Environment

PASSWORD = "une phrase de passe longue 42"
HOST = {"host": "127.0.0.1"}


def code_of(secret: str, step: int = 0) -> str:
    """Return the code that a generator shows now, or so many steps of 30 s later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def agent(espace: Environment, login: str = "agent") -> User:
    """Make an account of the console with a second factor; nobody knows its password."""
    with espace.role("proprietaire"):
        user = User.objects.create(username=login, password="!")
        user.user_permissions.add(Permission.objects.get(content_type__app_label="acteurs", codename="console"))
    return user


def membre(operateur: Any, login: str = "camille@operateur.test", role: str = "representant_legal") -> User:
    """Make an account of a person of an Operateur, under the role of the pages; nobody knows its password."""
    from espace.acteurs.models import Membre

    user = User.objects.create(username=login, email=login, password="!")
    Membre.objects.create(user=user, operateur=operateur, role=role, cree_le=datetime.now(UTC))
    return user


def browser_of(user: User, *, strong: bool = True) -> Client:
    """Return a browser in which this account is logged in.

    Args:
        user: the account.
        strong: the session was opened by two factors; otherwise by a password alone.
    """
    browser = Client(enforce_csrf_checks=False, headers=HOST)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    records = [{"method": "password", "at": time.time()}, *([{"method": "mfa", "at": time.time()}] if strong else [])]
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser


def log_in(browser: Client, login: str, secret: str, *, address: str = "/console/connexion/") -> Any:
    """Log in by the doors a person has: password, then code. Returns the last answer."""
    cache.clear()  # a code serves once, and a test may log in twice in half a minute
    first = browser.post(address, {"username": login, "password": PASSWORD})
    assert (first.status_code, first["Location"]) == (302, "/compte/connexion/code/"), first.content
    return browser.post("/compte/connexion/code/", {"code": code_of(secret)})
