# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Invitations: how a person of an Operateur gets an account, and gets back in when the password or the second factor is lost."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse

from confiance.errors import PeerError
from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import facteurs
from espace.acteurs.comptes import CompteRefuse
from espace.acteurs.models import Invitation, Membre, Operateur, RoleMembre
from espace.acteurs.rules import check_mail
from espace.courrier.actions import poster
from espace.journal.actions import record

VALIDITY = timedelta(days=3)
_TOKEN_BYTES = 32
_DAY = timedelta(days=1)
_LOCK = 0x494E5649


class InvitationRefusee(PeerError):
    """This person cannot be invited, or not by this one."""

    code = "acteurs.invitation_refusee"
    message = "Cette personne ne peut pas être invitée."
    remede = "Seuls un agent ou le représentant légal invitent ; une adresse ne sert qu'à un Opérateur."


class TropDInvitations(PeerError):
    """This Operateur invites too often, or this address was invited too often."""

    code = "acteurs.trop_d_invitations"
    message = "Votre Opérateur a envoyé trop d'invitations en 24 heures."
    remede = "Reprenez demain, ou demandez à l'administrateur d'inviter cette personne."


class LienPerime(PeerError):
    """The link is unknown, used, cancelled or too old; which of them is told to nobody."""

    code = "acteurs.lien_perime"
    message = "Ce lien ne vaut plus rien : il a déjà servi, ou son délai est passé."
    remede = "Demandez une nouvelle invitation à votre représentant légal ou à l'administrateur."


@transaction.atomic
def inviter(operateur: Operateur, mail: str, role: str, *, par: Acteur, now: datetime) -> tuple[Invitation, str]:
    """Invite a person to become a Membre, or a Membre to choose a new password and a new second factor.

    Args:
        operateur: for which it will act.
        mail: its address, which is its login.
        role: a value of RoleMembre.
        par: an agent, or a représentant légal of this Operateur.
        now: aware instant.

    Returns:
        The row, and the text of its link, which is kept nowhere.

    Raises:
        InvitationRefusee: not allowed, or the address is that of an account of somebody else.
        TropDInvitations: this Operateur invited too often, or this address too often.
        DeclarationRefusee: malformed address.
    """
    login = check_mail("adresse électronique", mail).lower()
    _check_right(par, operateur)
    _check_free(login, operateur, role)
    if par.qui is Qui.OPERATEUR:
        _check_pace(operateur, login, now)
    Invitation.objects.filter(_open(now), operateur=operateur, mail=login).update(annulee_le=now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation = Invitation.objects.create(
        operateur=operateur,
        mail=login,
        role=role,
        empreinte=_fingerprint(token),
        invite_par=par.login,
        cree_le=now,
        expire_le=now + VALIDITY,
    )
    record("acteurs:membre:invited", auteur=par.login, objet=f"operateur:{operateur.pk}")
    _write(invitation, token, auteur=par.login)
    return invitation, token


def pending(token: str, now: datetime) -> Invitation:
    """Return the invitation that a link opens.

    Raises:
        LienPerime: none.
    """
    found = Invitation.objects.select_related("operateur").filter(_open(now), empreinte=_fingerprint(token)).first()
    if found is None:
        raise LienPerime
    return found


@transaction.atomic
def accept(token: str, now: datetime, *, password: str | None = None, isc: SocialAccount | None = None) -> User:
    """Use an invitation, once: make the account and its Membre, or renew those of a known one, which nothing else opens any more.

    Args:
        token: text of the link.
        now: aware instant.
        password: what the person chose; None for an account that iSC will open.
        isc: the iSC account that will open it.

    Raises:
        LienPerime: the link is worth nothing.
        CompteRefuse: the password is too weak.
        InvitationRefusee: the address has become that of an account of somebody else.
    """
    # two links of one address, or of one iSC account, used at one instant: the second sees what the first one made
    if isc is not None:
        _one_at_a_time("isc", isc.provider, isc.uid)
    found = Invitation.objects.select_for_update(of=("self",)).filter(_open(now), empreinte=_fingerprint(token)).first()
    if found is None:
        raise LienPerime
    _one_at_a_time("mail", found.mail)
    _check_free(found.mail, found.operateur, found.role)
    user = User.objects.filter(username=found.mail).first()
    known = user is not None
    user = user or User(username=found.mail, email=found.mail)
    _keep_password(user, password)
    if known:
        user.save(update_fields=["password"])
        facteurs.withdraw(user, auteur=found.mail)
        # whoever had this address before came in by another iSC account
        SocialAccount.objects.filter(user=user).exclude(pk=isc.pk if isc else None).delete()
        Membre.objects.filter(user=user).update(actif=True, role=found.role)
    else:
        user.save(force_insert=True)
        Membre.objects.create(user=user, operateur=found.operateur, role=found.role, cree_le=now)
    Invitation.objects.filter(pk=found.pk).update(acceptee_le=now)
    objet = f"operateur:{found.operateur.pk}"
    record("acteurs:membre:joined", auteur=found.mail, objet=objet)
    contexte = {"personne": found.mail, "role": str(RoleMembre(found.role).label)}
    poster("comptes:join", operateur=found.operateur, objet=objet, contexte=contexte, auteur=found.mail)
    return user


@transaction.atomic
def accept_with_isc(token: str, account: SocialAccount, now: datetime) -> User:
    """Use an invitation, once, and tie to the account it makes the iSC account that will open it.

    Args:
        token: text of the link.
        account: what iSC said; not yet written, or tied before to the account that is renewed.
        now: aware instant.

    Raises:
        LienPerime: the link is worth nothing.
        InvitationRefusee: the address has become that of an account of somebody else, or the iSC account opens another one.
    """
    user = accept(token, now, isc=account)
    others = SocialAccount.objects.filter(provider=account.provider, uid=account.uid).exclude(user=user)
    if others.exists():
        raise InvitationRefusee("Ce compte iSC ouvre déjà un autre compte de l'Espace de Confiance.")
    # not by allauth's own connect(): it writes every column of the account, which the pages may not
    account.user = user
    account.save()
    return user


@transaction.atomic
def withdraw_membre(membre: Membre, *, par: Acteur, now: datetime) -> None:
    """Close the account of a Membre: its sessions and the links it received open nothing any more. The row stays, for what it did.

    Raises:
        InvitationRefusee: not allowed, or one's own account.
    """
    _check_right(par, membre.operateur)
    if membre.user.get_username() == par.login:
        raise InvitationRefusee("On ne ferme pas son propre compte.")
    Membre.objects.filter(pk=membre.pk).update(actif=False)
    Invitation.objects.filter(_open(now), mail=membre.user.get_username()).update(annulee_le=now)
    record("acteurs:membre:withdrawn", auteur=par.login, objet=f"compte:{membre.user.get_username()}")


def _write(invitation: Invitation, token: str, *, auteur: str) -> None:
    link = settings.ESPACE.pages.public_url + reverse("invitation", kwargs={"lien": token})
    contexte = {"role": str(RoleMembre(invitation.role).label), "invitation": link, "echeance": invitation.expire_le}
    objet = f"operateur:{invitation.operateur.pk}"
    operateur, mail = invitation.operateur, invitation.mail
    poster("comptes:invite", operateur=operateur, objet=objet, contexte=contexte, auteur=auteur, destinataire=mail)


def _check_right(par: Acteur, operateur: Operateur) -> None:
    if par.qui is Qui.AGENT or par.qui is Qui.SYSTEME:
        return
    head = Membre.objects.filter(
        user__username=par.login, operateur=operateur, actif=True, role=RoleMembre.REPRESENTANT_LEGAL.value
    ).exists()
    if par.operateur_id != operateur.pk or not head:
        raise InvitationRefusee


def _check_free(login: str, operateur: Operateur, role: str) -> None:
    if role not in RoleMembre.values:
        raise InvitationRefusee("Ce rôle n'existe pas.")
    user = User.objects.filter(username=login).first()
    if user is None:
        return
    # whose account it is stays unsaid: the person who invites would learn who works for another Operateur
    if not Membre.objects.filter(user=user, operateur=operateur).exists():
        raise InvitationRefusee


def _check_pace(operateur: Operateur, login: str, now: datetime) -> None:
    """Keep an Operateur from having the Espace write to an address, or to many, again and again.

    Raises:
        TropDInvitations: more than the settings allow in a day.
    """
    Operateur.objects.select_for_update(no_key=True).get(pk=operateur.pk)  # two at once are counted one after the other
    limits, recent = settings.ESPACE.guichet, Invitation.objects.filter(cree_le__gt=now - _DAY)
    if recent.filter(mail=login).count() >= limits.invitations_adresse:
        raise TropDInvitations("Cette adresse a reçu trop d'invitations en 24 heures.")
    if recent.filter(operateur=operateur).count() >= limits.invitations_jour:
        raise TropDInvitations


def _one_at_a_time(*words: str) -> None:
    """Make whoever does the same thing wait for the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, "\n".join(words)])


def _keep_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CompteRefuse("Mot de passe refusé : " + " ".join(error.messages)) from None
    user.set_password(password)


def _open(now: datetime) -> Q:
    return Q(acceptee_le__isnull=True, annulee_le__isnull=True, expire_le__gt=now)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
