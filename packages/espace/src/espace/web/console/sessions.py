# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sessions, in the journal."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authentication_failed
from axes.signals import user_locked_out
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from espace.journal.actions import record


@receiver(user_logged_in)
def on_login(user: AbstractBaseUser, **_rest: Any) -> None:
    """Write that a session began."""
    record("web:session:opened", auteur=user.get_username())


@receiver(user_locked_out)
def on_lockout(ip_address: str = "", **_rest: Any) -> None:
    """Write that somebody failed too often; the login tried is not kept, it may be a password typed in the wrong field."""
    record("web:session:locked", peer_ip=ip_address or None)


@receiver(authentication_failed)
def on_wrong_code(user: AbstractBaseUser, **_rest: Any) -> None:
    """Write that a code was refused after a right password."""
    record("web:session:second_factor_refused", objet=f"compte:{user.get_username()}")
