# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The ZED container of an Operateur: asked once, given with a password that is read once, replaced when in doubt (Guide §2.0)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Membre, Operateur, RoleMembre
from espace.acteurs.rules import check_text
from espace.coffre.fields import seal, unseal
from espace.conditions.errors import ConteneurRefuse, SecretDetruit
from espace.conditions.models import ConteneurZed
from espace.courrier.actions import poster
from espace.guichet.pieces import Fichier
from espace.journal.actions import record

SECRET_LIFE = timedelta(days=7)
MAX_PASSWORD = 200


@transaction.atomic
def demander(operateur: Operateur, motif: str = "", *, par: Acteur, now: datetime) -> ConteneurZed:
    """Ask for a container; one that is in force becomes void, which needs a reason: a loss or a suspicion.

    Raises:
        ConteneurRefuse: no right, already asked, or no reason to replace the one in force.
    """
    _own_right(par, operateur)
    former = _in_force(operateur)
    if former is not None and former.attribue_le is None:
        raise ConteneurRefuse("Un conteneur est déjà demandé : il n'est pas encore attribué.")
    if former is not None:
        if not motif.strip():
            raise ConteneurRefuse("Dites pourquoi le conteneur en vigueur doit être remplacé : perte, ou doute sur son mot de passe.")
        _void(former, motif, par=par, now=now)
    motif = check_text("motif", motif, 500, required=False)
    made = ConteneurZed.objects.create(operateur=operateur, demande_par=par.login, demande_le=now, motif=motif)
    record("conditions:conteneur:asked", auteur=par.login, objet=_objet(operateur))
    contexte = {"motif": motif} if motif else {}
    poster("conditions:conteneur_ask", operateur=operateur, objet=_objet(operateur), contexte=contexte, auteur=par.login)
    return made


@transaction.atomic
def attribuer(operateur: Operateur, fichier: Fichier, password: str, *, par: Acteur, now: datetime) -> ConteneurZed:
    """Give the container that was asked (by the page, or by mail: it is then recorded here), and its password, both sealed.

    Args:
        operateur: to whom.
        fichier: the container, checked by the guichet.
        password: what opens it.
        par: an agent.
        now: aware instant.

    Raises:
        ConteneurRefuse: not an agent, no password, or one is already given: it must be cancelled first.
        CoffreAbsent: no key ring.
    """
    if par.qui is not Qui.AGENT:
        raise ConteneurRefuse("Seul un agent de l'administrateur attribue un conteneur.")
    if not 1 <= len(password) <= MAX_PASSWORD:
        raise ConteneurRefuse(f"Le mot de passe du conteneur a de 1 à {MAX_PASSWORD} caractères.")
    row = _in_force(operateur) or ConteneurZed.objects.create(operateur=operateur, demande_par=par.login, demande_le=now)
    if row.attribue_le is not None:
        raise ConteneurRefuse("Un conteneur est déjà attribué. Annulez-le avant d'en attribuer un autre.")
    row.contenu, row.sha256, row.taille = seal(row, fichier.contenu), fichier.sha256, fichier.taille
    row.secret, row.secret_expire_le = seal(row, password.encode()), now + SECRET_LIFE
    row.attribue_par, row.attribue_le = par.login, now
    row.save(update_fields=["contenu", "sha256", "taille", "secret", "secret_expire_le", "attribue_par", "attribue_le"])
    record("conditions:conteneur:given", auteur=par.login, objet=_objet(operateur))
    contexte = {"echeance": row.secret_expire_le}
    poster("conditions:conteneur_give", operateur=operateur, objet=_objet(operateur), contexte=contexte, auteur=par.login)
    return row


@transaction.atomic
def annuler(operateur: Operateur, motif: str, *, par: Acteur, now: datetime) -> None:
    """Make the container in force void, with its password.

    Raises:
        ConteneurRefuse: no right, or none in force.
        DeclarationRefusee: no reason.
    """
    if par.qui is not Qui.AGENT:
        _own_right(par, operateur)
    row = _in_force(operateur)
    if row is None:
        raise ConteneurRefuse("Aucun conteneur n'est en vigueur.")
    _void(row, check_text("motif", motif, 500), par=par, now=now)


@transaction.atomic
def read_secret_once(operateur: Operateur, *, par: Acteur, now: datetime) -> str:
    """Return the password of the container in force and destroy it: nobody reads it a second time, not even this person.

    Raises:
        ConteneurRefuse: no right.
        SecretDetruit: read, too old, or none.
    """
    _own_right(par, operateur)
    row = _in_force(operateur)
    if row is None or row.secret is None or row.secret_expire_le is None or row.secret_expire_le <= now:
        raise SecretDetruit
    password = unseal(row, row.secret).decode()
    row.secret, row.secret_lu_le, row.secret_lu_par = None, now, par.login
    row.save(update_fields=["secret", "secret_lu_le", "secret_lu_par"])
    record("conditions:secret:read", auteur=par.login, objet=_objet(operateur))
    return password


def open_content(operateur: Operateur) -> tuple[ConteneurZed, bytes] | None:
    """Return the container in force of an Operateur with its bytes, or None.

    Raises:
        CoffreFerme: it does not open: changed, or its key left the ring.
    """
    row = ConteneurZed.objects.filter(operateur=operateur, annule_le__isnull=True, contenu__isnull=False).first()
    return None if row is None or row.contenu is None else (row, unseal(row, row.contenu))


@transaction.atomic
def destroy_old_secrets(now: datetime) -> int:
    """Destroy the passwords that nobody read in time; returns how many."""
    rows = ConteneurZed.objects.filter(annule_le__isnull=True, secret__isnull=False, secret_expire_le__lte=now)
    late = list(rows.select_for_update(no_key=True, skip_locked=True).defer("contenu"))
    for row in late:
        row.secret = None
        row.save(update_fields=["secret"])
        record("conditions:secret:destroyed", objet=f"operateur:{row.operateur_id}")  # type: ignore[attr-defined]  # column of the key
    return len(late)


def _in_force(operateur: Operateur) -> ConteneurZed | None:
    # the row of the Operateur is what two requests at once wait for: there may be no container yet
    Operateur.objects.select_for_update(no_key=True).filter(pk=operateur.pk).first()
    return ConteneurZed.objects.filter(operateur=operateur, annule_le__isnull=True).first()


def _void(row: ConteneurZed, motif: str, *, par: Acteur, now: datetime) -> None:
    row.annule_le, row.annule_par, row.contenu, row.secret = now, par.login, None, None
    row.save(update_fields=["annule_le", "annule_par", "contenu", "secret"])
    record("conditions:conteneur:voided", auteur=par.login, objet=_objet(row.operateur))
    contexte = {"motif": motif}
    poster("conditions:conteneur_void", operateur=row.operateur, objet=_objet(row.operateur), contexte=contexte, auteur=par.login)


def _own_right(par: Acteur, operateur: Operateur) -> None:
    mine = par.qui is Qui.OPERATEUR and par.operateur_id == operateur.pk
    if not mine or _role(par) == RoleMembre.ADMINISTRATEUR_TECHNIQUE:
        raise ConteneurRefuse("Ce conteneur n'est pas ouvert à votre compte.")


def _role(par: Acteur) -> str:
    return Membre.objects.filter(user__username=par.login, actif=True).values_list("role", flat=True).first() or ""


def _objet(operateur: Operateur) -> str:
    return f"operateur:{operateur.pk}"
