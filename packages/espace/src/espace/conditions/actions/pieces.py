# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Files that prove a condition: sent by the Operateur or by an agent, sealed, taken with the condition or set aside with a reason."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Membre, Operateur, RoleMembre
from espace.acteurs.rules import check_text
from espace.coffre.fields import seal
from espace.conditions.errors import ConditionInconnue, ConditionRefusee
from espace.conditions.models import PieceProbante, Prerequis
from espace.conditions.queries import obsolete, waiting
from espace.conditions.rules import TEXTES, CodePrerequis, check_piece
from espace.courrier.actions import poster
from espace.guichet.pieces import Fichier
from espace.journal.actions import record

REPLACED = "remplacée par un autre envoi"
_DAY = timedelta(days=1)


@transaction.atomic
def deposer(operateur: Operateur, condition: CodePrerequis, fichier: Fichier, *, par: Acteur, now: datetime) -> PieceProbante:
    """Take a proof that the Operateur sends; the one that waited for the same condition is erased. The same file sent twice is one.

    Args:
        operateur: for which ``par`` acts.
        condition: what the file proves.
        fichier: checked by the guichet.
        par: a person of this Operateur who may act.
        now: aware instant.

    Raises:
        ConditionRefusee: no right, a condition that no file proves, or too many files in one day.
        CoffreAbsent: no key ring.
    """
    _own_right(par, operateur)
    check_piece(condition)
    Operateur.objects.select_for_update(no_key=True).get(pk=operateur.pk)  # two files at once: one waits, and the limit holds
    former = waiting(operateur).filter(condition=condition.value).first()
    if former is not None and former.sha256 == fichier.sha256:
        return former
    limit, persons = settings.ESPACE.guichet.pieces_max, Membre.objects.filter(operateur=operateur).values("user__username")
    if PieceProbante.objects.filter(operateur=operateur, par__in=persons, deposee_le__gt=now - _DAY).count() >= limit:
        raise ConditionRefusee(f"Vous avez déjà envoyé {limit} pièces en un jour : réessayez demain, ou écrivez à l'administrateur.")
    if former is not None:
        _set_aside(former, REPLACED, par=par.login, now=now)
    piece = _create(operateur, condition, fichier, par=par.login, now=now)
    contexte = {"condition": str(TEXTES[condition].libelle)}
    poster("conditions:piece_submit", operateur=operateur, objet=objet(operateur), contexte=contexte, auteur=par.login)
    return piece


def joindre(prerequis: Prerequis, fichier: Fichier, *, par: Acteur, now: datetime) -> PieceProbante:
    """Keep the file that an agent gives with a condition, in the transaction of the caller."""
    return _create(prerequis.operateur, CodePrerequis(prerequis.condition), fichier, par=par.login, now=now, prerequis=prerequis)


def retenir(prerequis: Prerequis, piece_id: uuid.UUID) -> PieceProbante:
    """Make the file that an agent looked at the proof of a condition, in the transaction of the caller.

    Raises:
        ConditionInconnue: it waits no longer, or proves another condition: it may have been replaced since it was looked at.
    """
    piece = waiting(prerequis.operateur).select_for_update(no_key=True).filter(pk=piece_id, condition=prerequis.condition).first()
    if piece is None:
        raise ConditionInconnue("Cette pièce n'attend plus, ou prouve une autre condition : rechargez la page et relisez-la.")
    piece.prerequis = prerequis
    piece.save(update_fields=["prerequis"])
    return piece


@transaction.atomic
def ecarter(operateur: Operateur, piece_id: uuid.UUID, motif: str, *, par: Acteur, now: datetime) -> None:
    """Set aside a file that proves nothing: it is erased, its fingerprint stays, and the Operateur is told why.

    Raises:
        ConditionRefusee: not an agent.
        ConditionInconnue: no such file waits for this Operateur.
        DeclarationRefusee: no reason.
    """
    if par.qui is not Qui.AGENT:
        raise ConditionRefusee("Seul un agent de l'administrateur écarte une pièce.")
    motif = check_text("motif", motif, 500)
    piece = waiting(operateur).select_for_update(no_key=True).filter(pk=piece_id).first()
    if piece is None:
        raise ConditionInconnue
    _set_aside(piece, motif, par=par.login, now=now)
    contexte = {"condition": str(TEXTES[CodePrerequis(piece.condition)].libelle), "motif": motif}
    poster("conditions:piece_refuse", operateur=operateur, objet=objet(operateur), contexte=contexte, auteur=par.login)


@transaction.atomic
def erase_old(now: datetime) -> int:
    """Erase the files whose condition was withdrawn long enough ago; returns how many."""
    limit = now - timedelta(days=settings.ESPACE.guichet.purge_jours)
    late = list(obsolete(limit).select_for_update(of=("self",), no_key=True, skip_locked=True))
    for piece in late:
        piece.contenu, piece.effacee_le = None, now
        piece.save(update_fields=["contenu", "effacee_le"])
        record("conditions:piece:erased", objet=objet(piece.operateur), sha256=piece.sha256)
    return len(late)


def objet(operateur: Operateur) -> str:
    """Return the words under which the journal knows an Operateur."""
    return f"operateur:{operateur.pk}"


def _create(
    operateur: Operateur, condition: CodePrerequis, fichier: Fichier, *, par: str, now: datetime, prerequis: Prerequis | None = None
) -> PieceProbante:
    piece = PieceProbante(operateur=operateur, condition=condition.value, prerequis=prerequis, par=par, deposee_le=now)
    piece.nom, piece.type, piece.taille, piece.sha256 = fichier.nom, fichier.type, fichier.taille, fichier.sha256
    piece.contenu = seal(piece, fichier.contenu)
    piece.save(force_insert=True)
    about = objet(operateur)
    record("conditions:piece:received", auteur=par, objet=about, reason=piece.condition, sha256=piece.sha256, bytes=piece.taille)
    return piece


def _set_aside(piece: PieceProbante, motif: str, *, par: str, now: datetime) -> None:
    piece.ecartee_le, piece.ecartee_par, piece.motif, piece.contenu, piece.effacee_le = now, par, motif, None, now
    piece.save(update_fields=["ecartee_le", "ecartee_par", "motif", "contenu", "effacee_le"])
    record("conditions:piece:set_aside", auteur=par, objet=objet(piece.operateur), reason=piece.condition, sha256=piece.sha256)


def _own_right(par: Acteur, operateur: Operateur) -> None:
    mine = par.qui is Qui.OPERATEUR and par.operateur_id == operateur.pk
    person = Membre.objects.filter(user__username=par.login, operateur=operateur, actif=True)
    if not mine or not person.exclude(role=RoleMembre.ADMINISTRATEUR_TECHNIQUE).exists():
        raise ConditionRefusee("Votre compte ne transmet pas de pièce pour cet Opérateur.")
