# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Registre for agents besides its couples: Operateurs, revisions put back, certificates replaced, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from confiance.errors import DrimmError
from espace.acteurs.models import Operateur
from espace.registre import queries
from espace.registre.certificats.actions import replace_dn
from espace.registre.export import COLONNES, lignes
from espace.registre.models import Revision
from espace.registre.recherche import commandes_of, search_couples, search_operateurs, with_counts
from espace.registre.revisions.actions import restore
from espace.registre.revisions.queries import lignes_de_l_operateur, objet_of, present, revision, then
from espace.registre.revisions.rules import RESTAURABLES, ecarts
from espace.web.console.formulaires import RechercheOperateur, Remplacement, Restauration
from espace.web.console.histoire import Champ, actes, histoire_of, nom_du_champ, texte
from espace.web.console.recherche import criteres_of
from espace.web.console.requete import auteur, posted, sentence
from espace.web.console.suite import suite_of
from espace.web.streaming import Streamed

_SHOWN = 10
_ROWS_OF_A_PART = 200


@require_safe
@login_required
def operateurs(request: HttpRequest) -> HttpResponse:
    """Show the Operateurs that the search finds, each with the number of its couples."""
    form = RechercheOperateur(request.GET)
    page = suite_of(request, search_operateurs(form.cleaned_data["q"] if form.is_valid() else ""), "denomination", "id")
    return render(request, "console/operateurs.html", {"recherche": form, "page": page, "lignes": with_counts(page.lignes)})


@require_safe
@login_required
def operateur(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Show one Operateur, what it holds, and the history of what it declared."""
    found = get_object_or_404(Operateur, pk=operateur_id)
    ((_same, couples),) = with_counts([found])
    values = {
        "operateur": found,
        "couples": couples,
        "commandes": commandes_of(found)[:_SHOWN],
        "histoire": histoire_of(request, lignes_de_l_operateur(found)),
    }
    return render(request, "console/operateur.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def une_revision(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Show one revision beside the row of today; put its values back when asked with a reason."""
    found, form = revision(revision_id), Restauration(posted(request))
    if found is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            restore(
                revision_id, motif=form.cleaned_data["motif"], zone=settings.ESPACE.zone.name, auteur=auteur(request), now=timezone.now()
            )
        except DrimmError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Les valeurs de cette révision sont de nouveau en vigueur."))
            return redirect(_place(found))
    values = {"acte": actes([found])[0], "ecarts": _ecarts(found), "form": form, "retour": _place(found)}
    return render(request, "console/revision.html", values, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def certificat(request: HttpRequest, db: str) -> HttpResponse:
    """Ask for the DN of a new certificate and for how long the former is still admitted, then replace it."""
    couple, form = queries.couple(db), Remplacement(posted(request))
    if couple is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        window = timedelta(days=form.cleaned_data["jours"])
        try:
            replace_dn(couple.db, form.cleaned_data["dn"], recouvrement=window, auteur=auteur(request), now=timezone.now())
        except DrimmError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Le certificat est remplacé. Publiez la liste pour que les autres DRIMbox le voient."))
            return redirect("console:couple", db=couple.db)
    return render(request, "console/certificat.html", {"couple": couple, "form": form}, status=400 if form.errors else 200)


@require_safe
@login_required
def export(request: HttpRequest) -> Streamed:
    """Send the couples that the search finds as CSV, while they are read."""
    rows = lignes(search_couples(criteres=criteres_of(request)))
    answer = Streamed(_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="registre-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _csv(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";", quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLONNES)  # spreadsheets read UTF-8 only when it says so
    while part := "".join(writer.writerow([_inert(cell) for cell in row]) for row in islice(rows, _ROWS_OF_A_PART)):
        yield part


def _inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


class _Echo:
    """A file that gives back each row instead of keeping it."""

    def write(self, text: str) -> str:
        """Return what is written."""
        return text


def _ecarts(found: Revision) -> list[Champ] | None:
    """Return what a restoration would change, from today's value to that of the revision; None when nothing of it is restored."""
    if found.relation not in RESTAURABLES:
        return None
    name = found.relation
    changed = ecarts(name, then(found), present(found))
    return [
        Champ(nom_du_champ(name, one.champ), texte(name, one.champ, one.maintenant), texte(name, one.champ, one.alors)) for one in changed
    ]


def _place(found: Revision) -> str:
    """Return the address of the page where a row is shown."""
    kind, key = objet_of(found)
    return reverse(f"console:{kind}", args=[key])
