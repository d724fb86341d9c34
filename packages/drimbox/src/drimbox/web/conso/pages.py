# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every page of the consommatrice has in common: never cached, and errors shown as a sentence, a code and a cure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control

from confiance.errors import DrimmError, OwnError, TransportError
from confiance.exploitation.logs import get_logger
from drimbox.conso.appel.errors import AppelantInconnu, AppelInaccessible, AppelRefuse, SessionAbsente
from drimbox.conso.appel.models import SessionProfessionnel
from drimbox.conso.appel.queries import current_session, professionnel_of, situation_of
from drimbox.socle.identite import SessionTerminee
from drimbox.socle.journal.actions import new_trace, record
from drimbox.web.conso import navigateur

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
log = get_logger("pages")


class ErreurInterne(OwnError):
    """Something that this program did not foresee; the page shows nothing of it."""

    code = "pages.interne"
    message = "Une erreur interne empêche d'afficher cette page."
    remede = "Recommencer ; si l'erreur persiste, donner le numéro de trace à l'exploitant."


_STATUS: dict[type[DrimmError], int] = {AppelantInconnu: 403, AppelInaccessible: 404, AppelRefuse: 400, ErreurInterne: 500}


def page(view: View[P]) -> View[P]:
    """Wrap a view: no cache keeps it, and an error becomes a page; one that was not foreseen is logged, and nothing of it is shown."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (SessionAbsente, SessionTerminee):
            return to_login(request)
        except DrimmError as error:
            return error_page(request, error)
        except (Http404, PermissionDenied, SuspiciousOperation):
            raise  # Django's own answers
        except Exception as error:  # a professional in front of a patient is owed a sentence and a number, whatever was forgotten
            trace = new_trace()
            log.error("pages:conso:failed", trace=trace, exc_info=error)
            return error_page(request, ErreurInterne(), trace=trace)

    return cache_control(private=True, no_store=True)(wrapped)


def error_page(request: HttpRequest, error: DrimmError, *, trace: str | None = None) -> HttpResponse:
    """Show an error with a trace number, a new one unless given; the journal keeps its code under it."""
    trace = trace or new_trace()
    record("pages:conso:refused", trace=trace, code=error.code)
    status = _STATUS.get(type(error), 503 if isinstance(error, TransportError) else 403)
    faults = error.faults if isinstance(error, AppelRefuse) else ()
    return render(request, "conso/erreur.html", {"erreur": error, "fautes": faults, "trace": trace}, status=status)


def to_login(request: HttpRequest) -> HttpResponse:
    """Send the browser to Pro Santé Connect, and back to the call it was looking at."""
    match = request.resolver_match
    appel_id = match.kwargs.get("appel_id") if match else None
    return redirect(reverse("conso:connexion") + (f"?dossier={appel_id}" if appel_id else ""))


def professional(request: HttpRequest) -> SessionProfessionnel:
    """Return the session of the professional.

    Raises:
        SessionAbsente: nobody is logged in, or no longer.
    """
    return current_session(navigateur.session_id(request), timezone.now())


def identity(session: SessionProfessionnel) -> dict[str, object]:
    """Return what the head of every page shows of the professional."""
    situation = situation_of(session)
    structure = situation.structure if situation else None
    return {"professionnel": professionnel_of(session), "structure": structure.nom if structure else ""}
