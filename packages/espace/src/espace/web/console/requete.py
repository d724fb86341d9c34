# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every view of the console needs of a request: who asks, which page of a list, and a refusal told in words."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from confiance.errors import DrimmError
from espace.acteurs.acteur import Acteur, Qui

PER_PAGE = 25
"""Rows of a page of a list: what a screen holds, and what a person reads before asking for something narrower."""
M = TypeVar("M", bound=Model)


def auteur(request: HttpRequest) -> str:
    """Return the login of the person who asks, for the journal."""
    return request.user.get_username()


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form sent, even empty; None when the form is only asked for."""
    return request.POST if request.method == "POST" else None


def page_of(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """Return the page of rows that the address names; an absurd number gives the nearest page."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def sentence(error: DrimmError) -> str:
    """Return what a person reads of a refusal."""
    return f"{error.message} {error.remede}".strip()


def tell(request: HttpRequest, error: DrimmError) -> None:
    """Show a refusal at the top of the next page."""
    messages.error(request, sentence(error))


def query_without_page(request: HttpRequest) -> str:
    """Return the query of the address without its page, ready to be completed by a page number."""
    values: Any = request.GET.copy()
    values.pop("page", None)
    return f"{values.urlencode()}&" if values else ""


def agent(request: HttpRequest) -> Acteur:
    """Return who acts; the door of the console lets agents in, and nobody else."""
    return Acteur(auteur(request), Qui.AGENT)
