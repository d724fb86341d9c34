# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes drafts, pieces, messages and checks. A change of state is written by :mod:`espace.instruction.actions`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Commande, Operateur
from espace.acteurs.rules import DeclarationRefusee, check_paragraph
from espace.calendrier.rules import jour_de_paris
from espace.coffre.fields import seal
from espace.guichet import queries
from espace.guichet.errors import Faute, FormulaireRefuse, GuichetRefus, PieceTropLourde, StockagePlein, TropDeBrouillons, TropDeMessages
from espace.guichet.formulaires import CHAMPS
from espace.guichet.formulaires.lecture import check_size
from espace.guichet.models import Compteur, Dossier, Etape, Message, Piece, Verification
from espace.guichet.natures import Nature, Verdict
from espace.guichet.pieces import examine
from espace.guichet.verification import MAX_DETAIL, Constat
from espace.journal.actions import record

MAX_MESSAGE = 4000
MAX_MESSAGES = 200
"""Of each side: neither can take the words from the other."""


@transaction.atomic
def ouvrir(
    parcours: str,
    etat: str,
    operateur: Operateur,
    *,
    auteur: str,
    at: datetime,
    jeton: uuid.UUID | None = None,
    commande: Commande | None = None,
) -> Dossier:
    """Open a draft and give it its number; the same form sent twice opens one.

    Args:
        parcours: name of its table.
        etat: first state of that table.
        operateur: for whom.
        auteur: login of the person.
        at: aware instant.
        jeton: of the form; by default a new one.
        commande: what it is about, when it exists.

    Raises:
        TropDeBrouillons: this Operateur keeps too many drafts open.
        GuichetRefus: the form was used by somebody else.
    """
    Operateur.objects.select_for_update(no_key=True).get(pk=operateur.pk)  # two forms at once: one draft, and the limit holds
    known = Dossier.objects.filter(jeton=jeton).first() if jeton else None
    if known is not None and known.operateur_id != operateur.pk:  # type: ignore[attr-defined]  # column of the key
        raise GuichetRefus("Ce formulaire a déjà servi ; ouvrez-en un autre.")
    if known is not None:
        return known
    if queries.count_drafts(operateur) >= settings.ESPACE.guichet.brouillons_max:
        raise TropDeBrouillons
    return _create(parcours, etat, operateur, auteur=auteur, at=at, jeton=jeton or uuid.uuid4(), commande=commande)


@transaction.atomic
def ouvrir_suite(
    parent: Dossier, parcours: str, etat: str, *, donnees: Mapping[str, Any], auteur: str, qui: Qui, at: datetime, echeance: datetime
) -> Dossier:
    """Open the dossier that follows from another one, expected from the same Operateur.

    Args:
        parent: where it comes from.
        parcours: name of its table.
        etat: its first state.
        donnees: what the Espace already knows.
        auteur: who acts.
        qui: in which quality.
        at: aware instant.
        echeance: until when it is expected.
    """
    dossier = _create(
        parcours,
        etat,
        parent.operateur,
        auteur=auteur,
        at=at,
        jeton=uuid.uuid4(),
        commande=parent.commande,
        parent=parent,
        donnees=dict(donnees),
        echeance=echeance,
    )
    Etape.objects.create(dossier=dossier, to_state=etat, verb="open", acteur=auteur, qui=qui, at=at)
    return dossier


def _create(parcours: str, etat: str, operateur: Operateur, *, auteur: str, at: datetime, **values: Any) -> Dossier:
    annee = jour_de_paris(at).year
    compteur, _ = Compteur.objects.get_or_create(annee=annee)
    compteur = Compteur.objects.select_for_update(no_key=True).get(pk=compteur.pk)
    compteur.dernier += 1
    compteur.save(update_fields=["dernier"])
    numero = f"DM-{annee}-{compteur.dernier:06d}"
    dossier = Dossier.objects.create(
        numero=numero, parcours=parcours, etat=etat, operateur=operateur, cree_par=auteur, cree_le=at, modifie_le=at, **values
    )
    record("guichet:dossier:opened", auteur=auteur, objet=objet(dossier), dossier_id=dossier.pk, reason=parcours)
    return dossier


@transaction.atomic
def enregistrer(dossier_id: int, donnees: Mapping[str, Any], acteur: Acteur, *, at: datetime, version: int | None = None) -> Dossier:
    """Keep what an Operateur typed so far; it may be incomplete. Fields that its parcours does not have are left aside.

    Args:
        dossier_id: the dossier, in the hands of its Operateur.
        donnees: values of the form.
        acteur: a person of that Operateur.
        at: aware instant.
        version: of the page that was shown.

    Raises:
        PieceIntrouvable, DossierFige, VersionPerimee: as :func:`espace.guichet.queries.to_write`.
        FormulaireRefuse: too long, or not values of a form.
    """
    check_size(donnees)
    dossier = queries.to_write(dossier_id, acteur, version=version)
    kept = {name: value for name, value in donnees.items() if name in CHAMPS[dossier.parcours]}
    if all(dossier.donnees.get(name) == value for name, value in kept.items()):
        return dossier
    dossier.donnees = {**dossier.donnees, **kept}
    _touch(dossier, at, "donnees")
    return dossier


@transaction.atomic
def deposer_piece(dossier_id: int, nature: Nature, nom: str, contenu: bytes, acteur: Acteur, *, at: datetime) -> Piece:
    """Take a file, sealed; one of the same nature that was there stays in the history, replaced. The same file sent twice is one.

    Args:
        dossier_id: the dossier, in the hands of its Operateur.
        nature: what the file is.
        nom: name given by the sender.
        contenu: its bytes.
        acteur: a person of that Operateur.
        at: aware instant.

    Raises:
        DossierFige, DossierAbsent: the dossier cannot be written by this person.
        PieceTropLourde, TypeRefuse: the file is refused.
        StockagePlein: the pieces of this Operateur already fill what it may keep.
        CoffreAbsent: the settings name no key ring.
    """
    limits = settings.ESPACE.guichet
    fichier = examine(nom, contenu, max_bytes=limits.piece_max_bytes)
    Operateur.objects.select_for_update(no_key=True).filter(pk=acteur.operateur_id).first()  # two files at once: the limit holds
    dossier = queries.to_write(dossier_id, acteur)
    current = Piece.objects.filter(dossier=dossier, nature=nature, remplacee_le__isnull=True)
    same = current.filter(sha256=fichier.sha256).defer("contenu").first()
    if same is not None:
        return same
    if Piece.objects.filter(dossier=dossier).count() >= limits.pieces_max:
        raise PieceTropLourde(f"Ce dossier a déjà reçu {limits.pieces_max} pièces.")
    if queries.bytes_kept(dossier.operateur_id) + fichier.taille > limits.operateur_max_bytes:  # type: ignore[attr-defined]  # column of the key
        raise StockagePlein
    if nature != Nature.AUTRE:
        current.update(remplacee_le=at)
    piece = Piece(dossier=dossier, nature=nature, nom=fichier.nom, type=fichier.type, taille=fichier.taille, sha256=fichier.sha256)
    piece.deposee_le, piece.par = at, acteur.login
    piece.contenu = seal(piece, fichier.contenu)
    piece.save(force_insert=True)
    _touch(dossier, at)
    record(
        "guichet:piece:received", auteur=acteur.login, objet=objet(dossier), dossier_id=dossier.pk, sha256=piece.sha256, bytes=piece.taille
    )
    return piece


@transaction.atomic
def ecrire(dossier: Dossier, texte: str, acteur: Acteur, *, at: datetime) -> Message:
    """Write a message in a dossier.

    Args:
        dossier: read for this actor by :func:`espace.guichet.queries.dossier_for`.
        texte: at most 4000 characters, several lines.
        acteur: an agent, or a person of its Operateur.
        at: aware instant.

    Raises:
        FormulaireRefuse: empty, too long, or holding control characters.
        TropDeMessages: this side wrote too many.
    """
    try:
        texte = check_paragraph("message", texte, MAX_MESSAGE)
    except DeclarationRefusee as refused:
        raise FormulaireRefuse([Faute("texte", refused.message)]) from None
    if Message.objects.filter(dossier=dossier, qui=acteur.qui).count() >= MAX_MESSAGES:
        raise TropDeMessages
    message = Message.objects.create(dossier=dossier, auteur=acteur.login, qui=acteur.qui, texte=texte, at=at)
    record("guichet:message:written", auteur=acteur.login, objet=objet(dossier), dossier_id=dossier.pk)
    return message


@transaction.atomic
def constater(dossier: Dossier, tour: int, constats: Iterable[Constat], *, at: datetime) -> None:
    """Keep what the machine found in one version of a dossier."""
    Verification.objects.bulk_create(
        Verification(
            dossier=dossier,
            tour=tour,
            rang=rang,
            code=one.code,
            sujet=one.sujet,
            libelle=str(one.libelle)[:200],
            verdict=one.verdict,
            detail=one.detail_garde,
            interne=one.interne,
            at=at,
        )
        for rang, one in enumerate(constats, 1)
    )


@transaction.atomic
def examiner(dossier: Dossier, constats: Iterable[Constat], *, at: datetime) -> None:
    """Keep what the machine found as a new version of a dossier that nobody else wrote.

    Args:
        dossier: locked.
        constats: every finding.
        at: aware instant.
    """
    constater(dossier, dossier.version + 1, constats, at=at)
    _touch(dossier, at)


@transaction.atomic
def conclure(verification: Verification, verdict: Verdict, detail: str, *, at: datetime) -> None:
    """Write what came of a check that waited."""
    verification.verdict, verification.detail, verification.at = verdict, detail[:MAX_DETAIL], at
    verification.save(update_fields=["verdict", "detail", "at"])


@transaction.atomic
def purger(piece: Piece, *, at: datetime) -> None:
    """Erase the content of a piece; its name and its SHA-256 stay."""
    piece.contenu, piece.purgee_le = None, at
    piece.save(update_fields=["contenu", "purgee_le"])
    record("guichet:piece:purged", objet=objet(piece.dossier), dossier_id=piece.dossier_id, sha256=piece.sha256)  # type: ignore[attr-defined]  # column of the key


def objet(dossier: Dossier) -> str:
    """Return the words under which the journal knows a dossier."""
    return f"dossier:{dossier.numero}"


def _touch(dossier: Dossier, at: datetime, *fields: str) -> None:
    dossier.version += 1
    dossier.modifie_le = at
    dossier.save(update_fields=["version", "modifie_le", *fields])
