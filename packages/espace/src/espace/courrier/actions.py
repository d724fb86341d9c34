# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes mails and their fate."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from espace.acteurs.models import Operateur
from espace.acteurs.rules import DeclarationRefusee, check_mail
from espace.alarmes.actions import raise_alarm
from espace.courrier import gabarit as words
from espace.courrier.errors import CourrierInconnu, CourrierMalEcrit, CourrierRefuse, EvenementInconnu
from espace.courrier.gabarit import Entete, Gabarit, Valeur, Vers
from espace.courrier.models import Courrier
from espace.courrier.queries import addresses_of
from espace.courrier.retour import Avis
from espace.courrier.states import Etat
from espace.courrier.table import COURRIERS
from espace.ecoute import wake
from espace.journal.actions import record

CHANNEL = "espace_courrier"
"""NOTIFY channel: a mail was posted; the process ``ouvrier`` looks."""
ERASED = "(effacé une fois envoyé)"


@transaction.atomic
def poster(
    evenement: str,
    *,
    operateur: Operateur | None,
    objet: str,
    contexte: Mapping[str, Valeur],
    auteur: str = "",
    destinataire: str | None = None,
) -> None:
    """Write the mails of an event, in the transaction of the caller: they leave if and only if it is committed.

    The words are those of :mod:`espace.courrier.gabarits`; ``operateur`` (its denomination) and ``auteur`` are added to the context.

    Args:
        evenement: a row of :data:`espace.courrier.table.COURRIERS`: ``declaration:submit``.
        operateur: who is written to, when the event is about one.
        objet: what it is about, for the list of mails: the number of the dossier.
        contexte: values of the words (numero, echeance, motif, noms…); those that no word uses are left aside.
        auteur: login of the person who acted.
        destinataire: the person written to, for the events that write to one.

    Raises:
        EvenementInconnu: nobody wrote this mail.
        CourrierMalEcrit: a value that the words need is missing or cannot be said, or an address is not one.
    """
    gabarits = COURRIERS.get(evenement)
    if gabarits is None:
        raise EvenementInconnu(f"Aucun courrier n'est prévu pour l'événement « {evenement[:80]} ».")
    values = {**contexte, **({"operateur": operateur.denomination} if operateur else {}), **({"auteur": auteur} if auteur else {})}
    about: dict[str, Any] = {"evenement": evenement, "objet": objet, "operateur": operateur}
    rows = [
        Courrier(**about, **_written(one, values), destinataire=_checked(address), message_id=_message_id())
        for one in gabarits
        for address in _addresses(one.vers, operateur, destinataire)
    ]
    Courrier.objects.bulk_create(rows)
    wake(CHANNEL)
    record("courrier:courrier:posted", auteur=auteur, objet=objet, reason=evenement, count=len(rows))


def _written(gabarit: Gabarit, values: Mapping[str, Valeur]) -> dict[str, Any]:
    reglages = settings.ESPACE
    entete = Entete(reglages.administrateur, reglages.pages.public_url, reglages.courrier.agents)
    with translation.override(settings.LANGUAGE_CODE):
        ecrit = words.write(gabarit, values, entete)
    now = timezone.now()
    written = {"sujet": ecrit.sujet, "texte": ecrit.texte, "html": ecrit.html, "ephemere": gabarit.ephemere}
    return {**written, "prochaine": now, "cree_le": now}


def _addresses(vers: Vers, operateur: Operateur | None, destinataire: str | None) -> tuple[str, ...]:
    if vers is Vers.AGENTS:
        return (settings.ESPACE.courrier.agents,)
    if vers is Vers.PERSONNE:
        if destinataire is None:
            raise CourrierMalEcrit("Un courrier à une personne n'a pas d'adresse.")
        return (destinataire,)
    if operateur is None:
        raise CourrierMalEcrit("Un courrier à un Opérateur n'a pas d'Opérateur.")
    return addresses_of(operateur)


def _checked(address: str) -> str:
    try:
        return check_mail("destinataire", address)
    except DeclarationRefusee:
        raise CourrierMalEcrit("L'adresse d'un destinataire n'en est pas une.") from None


def _message_id() -> str:
    """Draw the mark of a mail: it stays the same at each try, and nobody but its reader and its carriers can guess it."""
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.ESPACE.pages.public_url).hostname}>"


def sent(courrier: Courrier, now: datetime) -> None:
    """Say that the server answered 250; an ephemeral mail loses its words."""
    courrier.etat, courrier.envoye_le, courrier.essais, courrier.code = Etat.ENVOYE, now, courrier.essais + 1, ""
    _save(courrier, "etat", "envoye_le", "essais", "code")


def delayed(courrier: Courrier, code: str, at: datetime) -> None:
    """Say that it could not be given, and when it is tried again."""
    courrier.essais, courrier.code, courrier.prochaine = courrier.essais + 1, code[:80], at
    courrier.save(update_fields=["essais", "code", "prochaine"])


def refused(courrier: Courrier, code: str, now: datetime) -> None:
    """Say that the server, or the box behind it, refuses for good."""
    courrier.etat, courrier.essais, courrier.code, courrier.rejete_le = Etat.REJETE, courrier.essais + 1, code[:80], now
    _save(courrier, "etat", "essais", "code", "rejete_le")
    record("courrier:courrier:rejected", objet=f"courrier:{courrier.pk}", code=code[:80])


def given_up(courrier: Courrier, code: str) -> None:
    """Say that the server has not taken it for days."""
    courrier.etat, courrier.essais, courrier.code = Etat.EN_ECHEC, courrier.essais + 1, code[:80]
    _save(courrier, "etat", "essais", "code")
    record("courrier:courrier:given_up", objet=f"courrier:{courrier.pk}", code=code[:80])


@transaction.atomic
def bounced(token: str, code: str, now: datetime) -> Courrier | None:
    """Write that a mail came back; None when no mail bears this mark.

    Args:
        token: the mark, found in the notice.
        code: enhanced status code of the notice: ``5.1.1``.
        now: aware instant.
    """
    courrier = Courrier.objects.select_for_update(no_key=True).filter(message_id__startswith=f"<{token}@").first()
    if courrier is None or courrier.etat not in {Etat.ENVOYE, Etat.A_ENVOYER}:
        return courrier
    courrier.etat, courrier.code, courrier.rejete_le = Etat.REJETE, code[:80], now
    _save(courrier, "etat", "code", "rejete_le")
    record("courrier:courrier:bounced", objet=f"courrier:{courrier.pk}", code=code[:80])
    return courrier


@transaction.atomic
def follow(avis: Avis, now: datetime) -> Courrier | None:
    """Do what a delivery notice says; None when no mail bears its mark. A mail that came back is an alarm: a person must find out why.

    Args:
        avis: what the notice says; one that only tells of a delay changes nothing.
        now: aware instant.
    """
    if not avis.echec:
        return Courrier.objects.filter(message_id__startswith=f"<{avis.marque}@").first()
    courrier = bounced(avis.marque, avis.status, now)
    if courrier is not None:
        raise_alarm(CourrierRefuse(), objet=f"courrier:{courrier.pk}", now=now)
    return courrier


@transaction.atomic
def renvoyer(courrier_id: int, *, auteur: str, now: datetime) -> Courrier:
    """Have a mail that was rejected, or given up, sent again as it was written.

    Raises:
        CourrierInconnu: no such mail, or not one to send again, or its words are erased.
    """
    courrier = Courrier.objects.select_for_update(no_key=True).filter(pk=courrier_id, etat__in=(Etat.REJETE, Etat.EN_ECHEC)).first()
    if courrier is None or courrier.ephemere:
        raise CourrierInconnu
    courrier.etat, courrier.prochaine, courrier.essais, courrier.code = Etat.A_ENVOYER, now, 0, ""
    courrier.save(update_fields=["etat", "prochaine", "essais", "code"])
    record("courrier:courrier:sent_again", auteur=auteur, objet=f"courrier:{courrier.pk}")
    return courrier


def _save(courrier: Courrier, *fields: str) -> None:
    if courrier.ephemere:
        courrier.texte = courrier.html = ERASED
        fields += ("texte", "html")
    courrier.save(update_fields=list(fields))
