# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""« Was this name in the list at that second, and under which DN? »: a page for persons, an address for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from confiance import horodatage
from confiance.transparence import preuves
from espace.calendrier.rules import PARIS
from espace.liste_blanche import archives, historique
from espace.liste_blanche.historique import Presence
from espace.tete import queries as journal
from espace.web.public.fichiers import refusal
from espace.web.public.questions import MAX_TEXT, Question, QuestionIllisible, read_instant, read_name

FORMAT = "1.0"


@dataclass(frozen=True, slots=True)
class Reponse:
    """What the published lists answer.

    Attributes:
        question: what was asked.
        presence: what the list in force said; None before the first list.
        jusqua: when the next list took its place; None while it is in force.
        feuille: address of its leaf in the log, from the root of the site; None when the log lacks it.
        inclusion: address of the proof that this leaf is in the log; None with it.
    """

    question: Question
    presence: Presence | None
    jusqua: datetime | None = None
    feuille: str | None = None
    inclusion: str | None = None

    @property
    def present(self) -> bool:
        """The name was in the list."""
        return self.presence is not None and bool(self.presence.domaines)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Ask a person for a name and an instant, and answer below."""
    nom, instant = _asked(request)
    values: dict[str, Any] = {"nom": nom, "instant": instant, "saisie": instant, "adresse_api": _api_address(request)}
    if "nom" not in request.GET and "instant" not in request.GET:
        values["saisie"] = timezone.now().astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")
        return render(request, "public/historique.html", values)
    try:
        reponse = answer(_question(nom, instant, local=True))
    except QuestionIllisible as error:
        return render(request, "public/historique.html", {**values, "refus": error}, status=400)
    values["saisie"] = reponse.question.instant.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")
    return render(request, "public/historique.html", {**values, "reponse": reponse})


@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """Answer a program in JSON; 400 with a French sentence when the question cannot be read."""
    try:
        reponse = answer(_question(*_asked(request), local=False))
    except QuestionIllisible as error:
        return refusal(error, 400)
    response = JsonResponse(as_json(reponse, settings.ESPACE.pages.public_url), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-cache"
    return response


def answer(question: Question) -> Reponse:
    """Look a name up in the list that was in force."""
    presence = historique.at(question.nom, question.instant)
    if presence is None:
        return Reponse(question, None)
    until = archives.in_force_until(presence.sequence)
    size = proof_size(presence.sequence)
    if size is None:
        return Reponse(question, presence, until)
    leaf, proof = preuves.leaf_name(presence.sequence), preuves.inclusion_name(presence.sequence, size)
    return Reponse(question, presence, until, f"/{leaf}", f"/{proof}")


def proof_size(sequence: int) -> int | None:
    """Return a size of the log that holds this list, the one of the head in force if it can be; None when the log lacks the list."""
    rank = journal.rang(sequence)
    if rank is None:
        return None
    head = journal.current()
    return head.taille if head is not None and head.taille > rank else journal.taille()


def as_json(reponse: Reponse, base: str) -> dict[str, Any]:
    """Return the answer for programs, that ignore the fields they do not know.

    Args:
        reponse: the answer.
        base: public address of the Espace, without final slash.
    """
    presence = reponse.presence
    return {
        "format": FORMAT,
        "nom": reponse.question.nom,
        "instant": horodatage.text_of(reponse.question.instant),
        "present": reponse.present,
        "dns": list(presence.dns) if presence else [],
        "liste": None if presence is None else _liste(reponse, presence, base),
    }


def _liste(reponse: Reponse, presence: Presence, base: str) -> dict[str, Any]:
    return {
        "sequence": presence.sequence,
        "sha256": presence.sha256,
        "date_generation": horodatage.text_of(presence.date_generation),
        "publiee_le": horodatage.text_of(presence.publiee_le),
        "en_vigueur_jusqua": horodatage.text_of(reponse.jusqua) if reponse.jusqua else None,
        "fichier": f"{base}/listes/{presence.sequence}.xml",
        "feuille": f"{base}{reponse.feuille}" if reponse.feuille else None,
        "inclusion": f"{base}{reponse.inclusion}" if reponse.inclusion else None,
    }


def _asked(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("nom", "")[: MAX_TEXT + 1], request.GET.get("instant", "")[: MAX_TEXT + 1]


def _question(nom: str, instant: str, *, local: bool) -> Question:
    name = read_name(nom, zone=settings.ESPACE.zone.name)
    return Question(name, read_instant(instant, local=local, now=timezone.now()))


def _api_address(request: HttpRequest) -> str:
    return f"{settings.ESPACE.pages.public_url}/api/liste-blanche/historique?{request.GET.urlencode()}"
