# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Accounts of the console."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from confiance.errors import OwnError
from confiance.exploitation.settings import read_secret
from drimbox.socle.journal.actions import record


class CompteRefuse(OwnError):
    """The login or the password is not accepted."""

    code = "console.compte_refuse"
    message = "Ce compte ne peut pas être créé."
    remede = "Choisissez un identifiant sans espace et un mot de passe long, que personne d'autre n'utilise."


@transaction.atomic
def create_account(login: str, password_file: Path) -> bool:
    """Create an account of the console, or change its password.

    Returns:
        True when it was created.

    Raises:
        CompteRefuse: the login or the password is not accepted.
        SettingsError: the file cannot be read, or others can.
    """
    password = read_secret(password_file).reveal()
    user = User.objects.filter(username=login).first() or User(username=login)
    created = user.pk is None
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise CompteRefuse(" ".join(error.messages)) from None
    user.save()
    record("console:compte:created" if created else "console:compte:changed")
    return created
