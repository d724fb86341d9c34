# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Messages, rejection notes, and what waits for a person. The content of a message is shown on demand, and who asked is written down."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from drimbox.socle.journal import queries as journal
from drimbox.socle.journal.actions import record
from drimbox.source.pointeur import queries as examens
from drimbox.source.pointeur.states import FOR_A_PERSON
from drimbox.source.reception import actions as reception
from drimbox.source.reception import queries as recus
from drimbox.source.reception.actions import rejets
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.liens_ris import CHAMPS, liens
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage, EtatNote
from drimbox.web.console.contenu import lay_out
from drimbox.web.console.libelles import explain

LAST = 100
REFUSED = "reception:message:refused"


@require_safe
def a_traiter(request: HttpRequest) -> HttpResponse:
    """Show everything that waits for a person, and the last messages that were refused at the door."""
    values = {
        "recus": recus.messages(EtatMessage.ATTENTE_PERSONNE)[:LAST],
        "examens": examens.examens([state.value for state in FOR_A_PERSON])[:LAST],
        "notes": [(note, explain(note.code)) for note in recus.notes(EtatNote.ATTENTE_PERSONNE)[:LAST]],
        "refus": [(ligne, explain(ligne.code or "")) for ligne in journal.of_event(REFUSED, LAST)],
    }
    return render(request, "console/a_traiter.html", values)


@require_safe
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show what became of one message."""
    return render(request, "console/message.html", _values(_message(message_id)))


@require_POST
@never_cache
def contenu(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show the content of one message. Asked by a form, so that no link, history or prefetch opens it, and written in the journal."""
    found = _message(message_id)
    try:
        body = body_of(MessageRecu.objects.get(pk=found.pk))
    except DrimmError as error:
        flash.error(request, f"{error.message} {error.remede}")
        return redirect("console:message", message_id=found.id)
    with transaction.atomic():
        record("console:message:opened", message_id=found.id, compte=request.user.get_username())
    controle = settings.DRIMBOX.controle_cda
    contenu = lay_out(body, controle.schema_xsd, controle.schematron)
    return render(request, "console/message_contenu.html", {"message": found, "contenu": contenu})


@require_POST
def relire(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Read a message again."""
    found = _message(message_id)
    try:
        reception.retry(found.id, timezone.now())
        flash.success(request, _("Nouvelle lecture demandée."))
    except DrimmError as error:
        flash.error(request, f"{error.message} {error.remede}")
    return redirect("console:message", message_id=found.id)


@require_POST
def ecarter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take a message out of those that wait."""
    found = _message(message_id)
    try:
        reception.set_aside(found.id, timezone.now())
        flash.success(request, _("Message écarté."))
    except DrimmError as error:
        flash.error(request, f"{error.message} {error.remede}")
    return redirect("console:a_traiter")


@require_POST
def rejouer_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Apply a rejection note again."""
    if not recus.notes().filter(pk=note_id).exists():
        raise Http404
    try:
        rejets.retry_note(note_id, timezone.now())
        flash.success(request, _("Nouvel essai demandé."))
    except DrimmError as error:
        flash.error(request, f"{error.message} {error.remede}")
    return redirect("console:a_traiter")


@require_safe
def liens_ris(request: HttpRequest) -> HttpResponse:
    """Show what each RIS prints in its reports."""
    return render(request, "console/liens_ris.html", {"liens": liens(settings.DRIMBOX), "champs": CHAMPS})


def _values(found: MessageRecu) -> dict[str, object]:
    state = EtatMessage(found.state)
    return {
        "message": found,
        "explication": explain(found.code),
        "examens": examens.of_message(found.id),
        "lignes": journal.of_message(found.id),
        "peut_relire": found.purged_at is None and state is not EtatMessage.RECU,
        "attend_une_personne": state is EtatMessage.ATTENTE_PERSONNE,
    }


def _message(message_id: UUID) -> MessageRecu:
    found = recus.messages().filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found
