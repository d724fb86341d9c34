# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from espace.liste_blanche.models import Demande, Publication
from espace.liste_blanche.rules import LigneDuRegistre
from espace.liste_blanche.states import UNFINISHED, Etat
from espace.registre import queries as registre


@dataclass(frozen=True, slots=True)
class EnVigueur:
    """The list in force, without its bytes."""

    sequence: int
    sha256: str
    date_generation: datetime
    signing_time: datetime
    publiee_le: datetime
    signataire: str
    signataire_expire_le: datetime | None
    domaines: int


def lignes() -> list[LigneDuRegistre]:
    """Return what the Registre says now of the Drimboxes of the list, in the order of their names."""
    return [
        LigneDuRegistre(
            identifiant=drimbox.identifiant or 0,
            db=drimbox.couple.db,
            vi=drimbox.couple.vi,
            denomination=drimbox.couple.operateur.denomination,
            dn_serv_ssl=drimbox.dn_serv_ssl,
            support_mail=drimbox.couple.operateur.support_mail,
            support_telephone=drimbox.couple.operateur.support_telephone,
            modifiee_le=drimbox.modifie_le,
            operateur_modifie_le=drimbox.couple.operateur.modifie_le,
        )
        for drimbox in registre.in_list()
    ]


def current() -> EnVigueur | None:
    """Return the list in force, or None before the first publication."""
    row = _published().values_list(
        "sequence", "sha256", "date_generation", "signing_time", "terminee_le", "signataire", "signataire_expire_le", "domaines"
    )
    found = row.first()
    return EnVigueur(*found) if found else None


def content(sha256: str) -> bytes | None:
    """Return the bytes of a published list, by its SHA-256."""
    found = _published().filter(sha256=sha256).values_list("contenu", flat=True).first()
    return bytes(found) if found is not None else None


def current_content() -> bytes | None:
    """Return the bytes of the list in force."""
    found = _published().values_list("contenu", flat=True).first()
    return bytes(found) if found is not None else None


def _published() -> QuerySet[Publication]:
    return Publication.objects.filter(etat=Etat.PUBLIEE).order_by("-sequence")


def history() -> QuerySet[Demande]:
    """Return every demande with what came of it, newest first, without the bytes of the lists."""
    return Demande.objects.select_related("publication").defer("publication__contenu").order_by("-id")


def demande(demande_id: int) -> Demande | None:
    """Return one demande with what came of it, without the bytes of the list."""
    return history().filter(pk=demande_id).first()


def outcome(demande_id: int) -> Publication | None:
    """Return what came of a demande once it is finished, else None."""
    done = Publication.objects.exclude(etat__in=UNFINISHED).defer("contenu")
    return done.filter(demande_id=demande_id).first()


def oldest_waiting() -> Demande | None:
    """Return the oldest demande that is not finished, or None."""
    waiting = Demande.objects.exclude(publication__etat__in=[Etat.PUBLIEE, Etat.REFUSEE])
    return waiting.order_by("id").first()


def latest_refused() -> Publication | None:
    """Return the last publication when it was refused: the alarm of the console."""
    last = Publication.objects.exclude(etat__in=UNFINISHED).defer("contenu").order_by("-id").first()
    return last if last is not None and last.etat == Etat.REFUSEE else None
