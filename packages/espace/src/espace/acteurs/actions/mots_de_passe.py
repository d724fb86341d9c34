# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One's own password."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from espace.journal.actions import record


@transaction.atomic
def change_password(user: User) -> None:
    """Write the password that a person set on its account; the sessions opened with the former one end.

    Args:
        user: with its new password set, checked by the form of Django.
    """
    user.save(update_fields=["password"])  # the pages may change no other column of an account
    record("acteurs:compte:password_changed", auteur=user.get_username(), objet=f"compte:{user.get_username()}")
