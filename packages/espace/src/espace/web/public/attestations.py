# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from espace.attestation.verification import MAX_PDF_BYTES, QuestionIllisible, read_question, verify


@require_http_methods(["GET", "HEAD", "POST"])
def verifier(request: HttpRequest) -> HttpResponse:
    """Say whether a file is an attestation of ours and is still good. The file is hashed and forgotten; nothing is written."""
    if request.method != "POST":
        return render(request, "public/attestations.html", {"numero": request.GET.get("numero", "")[:30]})
    asked = {"numero": request.POST.get("numero", "")[:30], "sha256": request.POST.get("sha256", "")[:100]}
    try:
        file = request.FILES.get("fichier")
        numero, fingerprint = read_question(asked["numero"], _hash(file) if isinstance(file, UploadedFile) else asked["sha256"])
    except QuestionIllisible as refus:
        return render(request, "public/attestations.html", {**asked, "refus": refus}, status=400)
    return render(request, "public/attestations.html", {**asked, "sha256": fingerprint, "reponse": verify(numero, fingerprint)})


def _hash(file: UploadedFile[bytes]) -> str:
    if not file.size or file.size > MAX_PDF_BYTES:
        raise QuestionIllisible("Ce fichier est vide, ou trop grand pour être une attestation.")
    digest = hashlib.sha256()
    for part in file.chunks():
        digest.update(part)
    return digest.hexdigest()
