# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Administrateurs techniques: who may order the certificates of one couple of FQDN, named by who answers for the Operateur."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Membre, Operateur, RoleMembre
from espace.acteurs.rules import check_mail, check_text
from espace.attestation.models import Attestation
from espace.conditions.errors import ConditionInconnue, NominationRefusee, TropDeNominations
from espace.conditions.models import AdministrateurTechnique
from espace.courrier.actions import poster
from espace.journal.actions import record
from espace.registre.models import CoupleFqdn

_DAY = timedelta(days=1)
NAMERS = frozenset({RoleMembre.REPRESENTANT_LEGAL.value, RoleMembre.MANDATAIRE.value})


@transaction.atomic
def nommer(operateur: Operateur, db: str, nom: str, mail: str, *, par: Acteur, now: datetime) -> AdministrateurTechnique:
    """Name a person for one couple.

    Args:
        operateur: for which ``par`` acts.
        db: the db name of the couple, whole: there is no pattern.
        nom: name of the person.
        mail: its address, to which the nomination is told.
        par: représentant légal or mandataire of this Operateur.
        now: aware instant.

    Raises:
        NominationRefusee: no right, no such couple of this Operateur, no attestation yet, or already named.
        TropDeNominations: more than the settings allow in a day.
        DeclarationRefusee: malformed name or address.
    """
    _check_right(par, operateur)
    nom, mail = check_text("nom de la personne", nom, 120), check_mail("adresse électronique", mail).lower()
    couple = CoupleFqdn.objects.filter(operateur=operateur, db=db.strip().lower()).first()
    if couple is None:
        raise NominationRefusee("Ce nom n'est pas celui d'une de vos DRIMbox. Donnez un nom entier, sans astérisque.")
    delivered = Attestation.objects.filter(operateur=operateur, noms__contains=[couple.db], scellee__isnull=False, revocation__isnull=True)
    if not delivered.exists():
        raise NominationRefusee("L'attestation de délégation de ce nom n'est pas encore délivrée.")
    _check_pace(couple, mail, now)
    named = AdministrateurTechnique(couple=couple, operateur=operateur, nom=nom, mail=mail, nomme_par=par.login, nomme_le=now)
    row = _create(named)
    record("conditions:administrateur:named", auteur=par.login, objet=f"couple:{couple.db}")
    _tell("conditions:administrateur_name", row, auteur=par.login)
    return row


@transaction.atomic
def retirer(operateur: Operateur, administrateur_id: int, *, par: Acteur, now: datetime) -> None:
    """End a nomination.

    Raises:
        NominationRefusee: no right.
        ConditionInconnue: no such nomination of this Operateur in force.
    """
    _check_right(par, operateur)
    rows = AdministrateurTechnique.objects.select_for_update(of=("self",), no_key=True).select_related("couple", "operateur")
    row = rows.filter(pk=administrateur_id, operateur=operateur, retire_le__isnull=True).first()
    if row is None:
        raise ConditionInconnue
    _end(row, "", auteur=par.login, now=now)


@transaction.atomic
def retirer_tous(couple: CoupleFqdn, motif: str, *, auteur: str, now: datetime) -> int:
    """End every nomination of a couple: it changes Operateur (bascule), or leaves. Returns how many.

    Args:
        couple: whose nominations.
        motif: French words, told to each person.
        auteur: login of who decides.
        now: aware instant.
    """
    rows = AdministrateurTechnique.objects.select_for_update(of=("self",), no_key=True).select_related("couple", "operateur")
    ended = list(rows.filter(couple=couple, retire_le__isnull=True))
    for row in ended:
        _end(row, motif, auteur=auteur, now=now)
    return len(ended)


def _check_pace(couple: CoupleFqdn, mail: str, now: datetime) -> None:
    """Keep an Operateur from having the Espace write to an address, or to many, again and again.

    Raises:
        TropDeNominations: more than the settings allow in a day.
    """
    Operateur.objects.select_for_update(no_key=True).get(pk=couple.operateur.pk)  # two at once are counted one after the other
    limits, recent = settings.ESPACE.guichet, AdministrateurTechnique.objects.filter(nomme_le__gt=now - _DAY)
    if recent.filter(couple=couple, mail=mail).count() >= limits.nominations_adresse:
        raise TropDeNominations("Cette personne a été nommée trop de fois pour ce nom en 24 heures.")
    if recent.filter(operateur=couple.operateur).count() >= limits.nominations_jour:
        raise TropDeNominations


def _create(row: AdministrateurTechnique) -> AdministrateurTechnique:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise NominationRefusee("Cette personne est déjà nommée pour ce nom.") from None
    return row


def _end(row: AdministrateurTechnique, motif: str, *, auteur: str, now: datetime) -> None:
    row.retire_le, row.retire_par, row.motif_retrait = now, auteur, motif
    row.save(update_fields=["retire_le", "retire_par", "motif_retrait"])
    record("conditions:administrateur:withdrawn", auteur=auteur, objet=f"couple:{row.couple.db}")
    _tell("conditions:administrateur_withdraw", row, auteur=auteur, motif=motif)


def _tell(evenement: str, row: AdministrateurTechnique, *, auteur: str, motif: str = "") -> None:
    contexte = {"personne": row.nom, "noms": f"{row.couple.db}\n{row.couple.vi}", **({"motif": motif} if motif else {})}
    objet = f"couple:{row.couple.db}"
    poster(evenement, operateur=row.operateur, objet=objet, contexte=contexte, auteur=auteur, destinataire=row.mail)


def _check_right(par: Acteur, operateur: Operateur) -> None:
    mine = par.qui is Qui.OPERATEUR and par.operateur_id == operateur.pk
    named = Membre.objects.filter(user__username=par.login, operateur=operateur, actif=True, role__in=NAMERS)
    if not mine or not named.exists():
        raise NominationRefusee("Seuls le représentant légal et les mandataires nomment les administrateurs techniques.")
