# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Accounts of the console. They are made from the command line, under the role of the owner: the pages cannot make one."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from confiance.errors import PeerError
from espace.journal.actions import record

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]{0,149}")


class CompteRefuse(PeerError):
    """The account cannot be made."""

    code = "acteurs.compte_refuse"
    message = "Ce compte ne peut pas être créé."
    remede = "Choisissez un identifiant libre et un mot de passe d'au moins 12 caractères, peu courant."


@transaction.atomic
def create_compte(login: str, password: str, *, auteur: str) -> User:
    """Make an account of the console.

    Args:
        login: its name.
        password: its password, checked against the rules of the settings.
        auteur: who makes it.

    Raises:
        CompteRefuse: malformed or known login, or a weak password.
    """
    if not _LOGIN.fullmatch(login):
        raise CompteRefuse("L'identifiant n'admet que des lettres, chiffres et @ . + - _.")
    if User.objects.filter(username=login).exists():
        raise CompteRefuse(f"Le compte « {login} » existe déjà.")
    try:
        validate_password(password, User(username=login))
    except ValidationError as error:
        raise CompteRefuse("Mot de passe refusé : " + " ".join(error.messages)) from None
    user = User.objects.create_user(username=login, password=password)
    record("acteurs:compte:created", auteur=auteur, objet=f"compte:{login}")
    return user
