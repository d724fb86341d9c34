# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The CRLs: fetched, verified under our authorities, kept when newer than what is held."""

from __future__ import annotations

from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.db.models import F

from confiance.certificates.crl import BaseCrl, check_successor
from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.transparence.liste_et_tete import check_crl
from drimbox.socle.annuaire import crls
from drimbox.socle.annuaire.actions.miroirs import keep_bad, keep_good, known, shielded
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.fetch import Demande, Reponse, fetch_all
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, ListeRevocation, Miroir
from drimbox.socle.annuaire.queries import lecteur_de_tetes
from drimbox.socle.annuaire.states import ResultatMiroir, UsageMiroir
from drimbox.socle.journal.actions import record


def pull_crls(passage: Passage) -> None:
    """Ask every address of a CRL at once; what is wrong with one is written on its row and stops nothing."""
    liste = settings.DRIMBOX.liste_blanche
    rows = known(UsageMiroir.CRL, liste.crl_urls)
    answers = fetch_all(liste, [Demande(row.url, liste.max_crl_bytes, row.etag) for row in rows]) if rows else []
    for row, answer in zip(rows, answers, strict=True):
        found = shielded(row, partial(_judge, row, answer, passage))
        if found is not None:
            keep_bad(row, found, passage)


def _judge(row: Miroir, answer: Reponse | DrimmError, passage: Passage) -> None:
    if isinstance(answer, DrimmError):
        keep_bad(row, answer, passage)
    elif answer.data is None:
        keep_good(row, ResultatMiroir.INCHANGE, passage, etag=answer.etag, sha256=row.sha256)
    else:
        _take(row, answer.data, answer.etag, passage)


def _take(row: Miroir, data: bytes, etag: str, passage: Passage) -> None:
    try:
        new = keep_crl(data, row.url, passage)
    except DrimmError as error:
        keep_bad(row, error, passage)
        return
    sha256 = crls.sha256_of(crls.parse(data).public_bytes(Encoding.DER))
    keep_good(row, ResultatMiroir.NOUVEAU if new else ResultatMiroir.INCHANGE, passage, etag=etag, sha256=sha256)


def keep_crl(data: bytes, url: str, passage: Passage) -> bool:
    """Verify a CRL and keep it in the place of the former; return whether it is a new one.

    Raises:
        CrlRefused: not one of our authorities', unreadable, or older than the one held.
        TeteCrlAnterieure: older than the one that the head names.
        AnchorsError: our authorities cannot be read.
    """
    read = crls.read(data, crls.authorities(settings.DRIMBOX), passage.now)
    der = read.crl.public_bytes(Encoding.DER)
    with transaction.atomic():
        ListeEnVigueur.objects.get_or_create(pk=ONLY_ROW)
        ListeEnVigueur.objects.select_for_update().get(pk=ONLY_ROW)  # one writer at a time, CRL or list
        held = ListeRevocation.objects.filter(authority_spki=read.authority_spki, scope=read.scope).first()
        if held is not None and held.sha256 == crls.sha256_of(der):
            return False
        if held is not None:
            check_successor(read, crls.under(bytes(held.der), read.authority) or read)
        _check_beside_head(read.crl)
        _write(read, der, url, passage)
    return True


def _check_beside_head(crl: x509.CertificateRevocationList) -> None:
    """A mirror that gives an old CRL while nothing is held must not clear whom a newer one revoked: the head names that one."""
    lecteur = lecteur_de_tetes()
    if lecteur is not None and lecteur.current is not None:
        check_crl(crl, lecteur.current.tete)


def _write(read: BaseCrl, der: bytes, url: str, passage: Passage) -> None:
    sha256, number = crls.sha256_of(der), read.number
    ListeRevocation.objects.update_or_create(
        authority_spki=read.authority_spki,
        scope=read.scope,
        defaults={
            "issuer": str(DistinguishedName.from_name(read.crl.issuer)),
            "der": der,
            "sha256": sha256,
            "number": "" if number is None else f"{number:x}"[:64],
            "this_update": read.this_update,
            "next_update": read.next_update,
            "url": url,
            "received_at": passage.now,
        },
    )
    # the processes that hold the list and the CRLs look at this number
    ListeEnVigueur.objects.filter(pk=ONLY_ROW).update(revision=F("revision") + 1)
    record("annuaire:crl:applied", trace=passage.trace, sha256=sha256, not_after=read.next_update, count=len(read.serials))
