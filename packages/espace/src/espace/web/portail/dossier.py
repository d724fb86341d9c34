# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One request of an Operateur: where it is, what is expected, its history, its pieces, its messages."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs.acteur import Qui
from espace.attestation import queries as attestations
from espace.guichet import actions as guichet
from espace.guichet import queries
from espace.guichet.errors import DossierAbsent, ModeleIntrouvable
from espace.guichet.modeles import current_version, modele
from espace.guichet.models import Dossier, Etape
from espace.guichet.natures import Nature
from espace.instruction import queries as instruction
from espace.instruction.actions import avancer
from espace.instruction.apercu import apercu
from espace.instruction.rules import written_reason
from espace.web.console.requete import tell
from espace.web.nombres import number
from espace.web.pieces import attachment, attestation_of, piece_of, read_upload
from espace.web.portail.accueil import demandes_of
from espace.web.portail.requete import acteur, deposant, peut_agir

SENDS = frozenset({"submit", "complete", "correct"})
"""Steps that send the form: they leave from its page, after a last look."""


def found(request: HttpRequest, numero: str) -> Dossier:
    """Return a dossier of the Operateur of this request; anybody else's does not exist."""
    try:
        return queries.dossier_for(numero, acteur(request))
    except DossierAbsent:
        raise Http404 from None


@require_safe
def detail(request: HttpRequest, numero: str) -> HttpResponse:
    """Show a dossier."""
    dossier, actor, now = found(request, numero), acteur(request), timezone.now()
    table = instruction.table_of(dossier)
    acts = peut_agir(request)
    mine = acts and dossier.etat in queries.WRITABLE
    possible = instruction.possible(dossier, actor) if acts else ()
    pieces, etapes = queries.pieces(dossier), list(dossier.etapes.all())  # type: ignore[attr-defined]  # reverse name of Etape.dossier
    values: dict[str, Any] = {
        "dossier": dossier,
        "demande": demandes_of([dossier], now)[0],
        "attendu": table.attendu(dossier.etat),
        "a_moi": mine,
        "peut_agir": acts,
        "envois": [arrow for arrow in possible if arrow.verb in SENDS],
        "gestes": [arrow for arrow in possible if arrow.verb not in SENDS],
        "apercu": apercu(dossier, now, [one for one in pieces if one.remplacee_le is None]) if mine else None,
        "verifications": queries.verifications(dossier, actor),
        "couples": instruction.couples_of(dossier),
        "question": _question(etapes) if mine else None,
        "etapes": [(etape, table.libelle_etat(etape.to_state), written_reason(etape.motif, etape.motifs)) for etape in etapes],
        "pieces": pieces,
        "discussion": dossier.messages.all(),  # type: ignore[attr-defined]  # reverse name
        "attestation": attestations.of_dossier(dossier),
        "natures": _natures(table.piece),
        "piece_max": settings.ESPACE.guichet.piece_max_bytes,
        "modele": current_version() if dossier.parcours == "va" else None,
    }
    return render(request, "portail/dossier.html", values)


@require_POST
def avance(request: HttpRequest, numero: str, verb: str) -> HttpResponse:
    """Take one step; the version that the page showed goes with it, so that two persons decide once."""
    dossier = found(request, numero)
    if verb not in {arrow.verb for arrow in instruction.table_of(dossier).transitions if arrow.qui is Qui.OPERATEUR}:
        raise Http404
    try:
        avancer(dossier.pk, verb, deposant(request), at=timezone.now(), version=version_of(request))
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("C'est fait. Un courrier le confirme, avec la suite et son échéance."))
    return redirect("portail:dossier", numero)


@require_POST
def message(request: HttpRequest, numero: str) -> HttpResponse:
    """Write to the agents, in the dossier."""
    dossier = found(request, numero)
    try:
        guichet.ecrire(dossier, request.POST.get("texte", ""), deposant(request), at=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("Votre message est dans le dossier."))
    return redirect("portail:dossier", numero)


@require_POST
def piece(request: HttpRequest, numero: str) -> HttpResponse:
    """Take a file."""
    who, dossier = deposant(request), found(request, numero)
    upload, nature = request.FILES.get("fichier"), request.POST.get("nature", "")
    if not isinstance(upload, UploadedFile) or nature not in _natures(instruction.table_of(dossier).piece):
        messages.error(request, _("Choisissez un fichier avant de l'envoyer."))
        return redirect("portail:dossier", numero)
    try:
        guichet.deposer_piece(dossier.pk, Nature(nature), upload.name or "", read_upload(upload), who, at=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("La pièce est reçue et chiffrée."))
    return redirect("portail:dossier", numero)


@require_safe
@never_cache
def telecharger(request: HttpRequest, numero: str, piece_id: uuid.UUID) -> HttpResponse:
    """Give back a piece to its Operateur."""
    return piece_of(found(request, numero), piece_id, deposant(request))


@require_safe
@never_cache
def attestation(request: HttpRequest, numero: str) -> HttpResponse:
    """Give the attestation de délégation of a dossier, sealed."""
    return attestation_of(found(request, numero))


@require_safe
def modele_va(_request: HttpRequest, version: str) -> HttpResponse:
    """Give a blank document de VA."""
    try:
        one = modele(version)
    except ModeleIntrouvable:
        raise Http404 from None
    return attachment(one.contenu, one.nom, "application/octet-stream")


def _question(etapes: list[Etape]) -> tuple[Etape, str] | None:
    """Return the last step when it asks something in writing, and what it asks: the listed grounds too."""
    last = etapes[-1] if etapes else None
    written = written_reason(last.motif, last.motifs) if last is not None and last.qui == Qui.AGENT else ""
    return (last, written) if last is not None and written else None


def _natures(required: Nature | None) -> dict[str, str]:
    kept = (required, Nature.AUTRE) if required is not None else (Nature.AUTRE,)
    return {str(nature): str(nature.label) for nature in kept}


def version_of(request: HttpRequest) -> int | None:
    """Return the version of the dossier that the page showed, when the form says it."""
    return number(request.POST.get("version", ""))
