# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Accounts of the console. They are made from the command line, under the role of the owner: the pages cannot make one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.contrib.auth.models import Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from confiance.errors import OwnError, PeerError
from espace.acteurs.actions import facteurs
from espace.acteurs.actions.sessions import end_sessions
from espace.journal.actions import record

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]{0,149}")


class CompteRefuse(PeerError):
    """The account cannot be made."""

    code = "acteurs.compte_refuse"
    message = "Ce compte ne peut pas être créé."
    remede = "Choisissez un identifiant libre et un mot de passe d'au moins 12 caractères, peu courant."


class CompteInconnu(PeerError):
    """No account of that name."""

    code = "acteurs.compte_inconnu"
    message = "Ce compte n'existe pas."
    remede = "Vérifiez l'identifiant."


class FichierRefuse(OwnError):
    """The secret of a second factor cannot be written where it was asked."""

    code = "acteurs.fichier_refuse"
    message = "Le secret du second facteur ne peut pas être écrit."
    remede = "Donnez le nom d'un fichier qui n'existe pas encore, dans un dossier où vous écrivez."


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
    user.user_permissions.add(Permission.objects.get(content_type__app_label="acteurs", codename="console"))
    record("acteurs:compte:created", auteur=auteur, objet=f"compte:{login}")
    return user


def give_factor(login: str, path: Path, *, auteur: str) -> None:
    """Give an account a new second factor, whose secret goes to a new file that only its owner reads; its sessions end.

    Args:
        login: the account.
        path: file to create.
        auteur: who does it.

    Raises:
        CompteInconnu: no such account.
        FichierRefuse: the file exists, or cannot be written.
    """
    user = _known(login)
    secret = facteurs.new_secret()
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise FichierRefuse(f"Le fichier « {path} » existe déjà, ou son dossier n'admet pas d'écriture.") from None
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(secret)
    facteurs.enrol(user, secret, auteur=auteur)
    end_sessions(user, auteur=auteur, now=timezone.now())


@transaction.atomic
def lose_factor(login: str, *, auteur: str) -> None:
    """Take the second factor of an account away; its sessions end: whoever found the telephone may hold one.

    Raises:
        CompteInconnu: no such account.
    """
    user = _known(login)
    facteurs.withdraw(user, auteur=auteur)
    end_sessions(user, auteur=auteur, now=timezone.now())


def _known(login: str) -> User:
    user = User.objects.filter(username=login).first()
    if user is None:
        raise CompteInconnu
    return user
