# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What goes beside the list: the head, the proofs of the Journal des listes, its leaves, the CRLs, the lists that were."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from espace.liste_blanche import queries as listes
from espace.tete import queries
from espace.tete.errors import PreuveInexistante
from espace.web.public import trousseau
from espace.web.public.fichiers import FOR_EVER, FRESH, JSON, file_answer, refusal

CRL = "application/pkix-crl"  # RFC 2585 §4.2


@require_safe
def tete(request: HttpRequest) -> HttpResponseBase:
    """Give the head in force."""
    found = queries.current()
    if found is None or found.fichier is None:
        raise Http404
    return file_answer(request, bytes(found.fichier), JSON, cache=FRESH)


@require_safe
def consistance(request: HttpRequest, de: int, vers: int) -> HttpResponseBase:
    """Prove that the log of one size begins that of another one."""
    if not 1 <= de <= vers:
        refused = PreuveInexistante("Une preuve de consistance va d'une taille du Journal, au moins 1, à une taille au moins égale.")
        return refusal(refused, 400)
    return _proof(request, lambda: queries.preuve_consistance(de, vers))


@require_safe
def inclusion(request: HttpRequest, sequence: int, taille: int) -> HttpResponseBase:
    """Prove that a list is in the log of that size."""
    return _proof(request, lambda: queries.preuve_inclusion(sequence, taille))


@require_safe
def feuille(request: HttpRequest, sequence: int) -> HttpResponseBase:
    """Give the leaf of a list."""
    return _proof(request, lambda: queries.feuille(sequence))


@require_safe
def rotation(request: HttpRequest, empreinte: str) -> HttpResponseBase:
    """Give the head that replaced a set of keys."""
    found = queries.rotation(empreinte)
    if found is None:
        raise Http404
    return file_answer(request, found, JSON, cache=FOR_EVER)


@require_safe
def crl(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Give a CRL that a head names."""
    try:
        der = (settings.ESPACE.liste_blanche.publication / "crl" / f"{sha256}.crl").read_bytes()
    except OSError:
        raise Http404 from None
    if hashlib.sha256(der).hexdigest() != sha256:
        raise Http404
    return file_answer(request, der, CRL, cache=FOR_EVER)


@require_safe
def cle(request: HttpRequest, nom: str) -> HttpResponseBase:
    """Give a public key of the head, in PEM: believed only once its fingerprint is confirmed by another way."""
    found = next((one for one in trousseau.of_current() if one.nom == nom), None)
    if found is None:
        raise Http404
    return file_answer(request, found.pem, "application/x-pem-file", cache=FRESH)


@require_safe
def ancienne(request: HttpRequest, sequence: int) -> HttpResponseBase:
    """Give a list by its number, in force or not any more."""
    found = listes.of_sequence(sequence)
    if found is None:
        raise Http404
    return file_answer(request, found[1], "application/xml", cache=FOR_EVER)


def _proof(request: HttpRequest, make: Callable[[], bytes]) -> HttpResponseBase:
    try:
        return file_answer(request, make(), JSON, cache=FOR_EVER)
    except PreuveInexistante as error:
        return refusal(error, 404)
