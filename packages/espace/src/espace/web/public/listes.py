# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The list in force with what verifies it, every list published, and what changed between two."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from confiance.errors import PeerError
from confiance.transparence import preuves
from espace.liste_blanche import archives, historique, queries
from espace.tete import queries as journal
from espace.web.console.requete import page_of, query_without_page
from espace.web.ecarts import page_of_ecarts
from espace.web.nombres import number
from espace.web.public import trousseau
from espace.web.public.historique import proof_size


class NumerosIllisibles(PeerError):
    """Two numbers of published lists were expected."""

    code = "listes.numeros"
    message = "Il faut deux numéros de listes publiées."
    remede = "Donnez deux nombres de la colonne « Liste »."


@require_safe
def en_vigueur(request: HttpRequest) -> HttpResponse:
    """Show the list in force, its head, the log, and the commands that verify them."""
    taille = journal.taille()
    settings_of_list = settings.ESPACE.liste_blanche
    values: dict[str, Any] = {
        "liste": queries.current(),
        "prochaine": queries.next_publication(timezone.now(), settings_of_list.resign_at),
        "tete": trousseau.current_head(),
        "cles": trousseau.of_current(),
        "taille": taille,
        "racine": journal.racine(taille).hex() if taille else "",
    }
    return render(request, "public/liste.html", values)


@require_safe
def toutes(request: HttpRequest) -> HttpResponse:
    """Show every list published, newest first."""
    page = page_of(request, archives.published())
    return render(request, "public/listes.html", {"page": page, "suite": query_without_page(request)})


@require_safe
def une(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show one list: its facts, its proofs, and what it changed."""
    publication = archives.of_sequence(sequence)
    if publication is None:
        raise Http404
    change, size, following = historique.changes(sequence), proof_size(sequence), archives.of_sequence(sequence + 1)
    values = {
        "publication": publication,
        "jusqua": following.terminee_le if following is not None else None,
        "ecarts": page_of_ecarts(request, change) if change is not None else None,
        "feuille": f"/{preuves.leaf_name(sequence)}" if size else "",
        "inclusion": f"/{preuves.inclusion_name(sequence, size)}" if size else "",
        "voisines": (sequence - 1 if change is not None else None, following),
    }
    return render(request, "public/une_liste.html", values)


@require_safe
def comparer(request: HttpRequest) -> HttpResponse:
    """Show what changed from one list to another one."""
    de, vers = request.GET.get("de", ""), request.GET.get("vers", "")
    first, second = number(de), number(vers)
    change = historique.between(first, second) if first and second else None
    if change is None:
        return render(request, "public/comparer.html", {"de": de[:20], "vers": vers[:20], "refus": NumerosIllisibles()}, status=400)
    values = {
        "de": first,
        "vers": second,
        "change": change,
        "ecarts": page_of_ecarts(request, change),
        "suite": f"de={first}&vers={second}&",
    }
    return render(request, "public/comparer.html", values)
