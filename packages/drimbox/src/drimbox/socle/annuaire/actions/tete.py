# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of the list: fetched with the proofs it asks for, verified, kept. The list needs none of it to be believed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.liste_blanche import Outcome
from confiance.transparence import CrlNommee, TetePolicy
from confiance.transparence.preuves import MAX_BYTES, consistency_name, rotation_name
from confiance.transparence.refusals import (
    TeteCleInconnue,
    TeteConsistance,
    TeteEtatIllisible,
    TetePeuSignee,
    TeteRefused,
    TeteRetourArriere,
)
from confiance.transparence.store import from_bytes, to_bytes
from confiance.transparence.suivi import TrustedTete
from drimbox.config import ListeBlanche
from drimbox.socle.annuaire import crls, tetes
from drimbox.socle.annuaire.actions.crl import keep_crl
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.delai import Delai
from drimbox.socle.annuaire.errors import ReponseRefusee
from drimbox.socle.annuaire.fetch import Demande, fetch
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, ListeRevocation, TeteEnVigueur
from drimbox.socle.journal.actions import new_trace, record

MAX_ROTATIONS = 8
"""Changes of keys caught up in one pull."""
MAX_CRLS = 8
"""CRLs fetched beside one head in one pull."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a head is fetched, and the time left for it and for what goes with it."""

    settings: ListeBlanche
    url: str
    delai: Delai

    def get(self, name: str, max_bytes: int) -> bytes:
        demande = Demande(tetes.beside(self.url, name) if name else self.url, max_bytes, seconds=self.delai.left())
        return fetch(self.settings, demande).data or b""


@dataclass(frozen=True, slots=True)
class _Recolte:
    """A head with the files that it asks for, none of them believed yet.

    Attributes:
        tete: file of the head.
        rotations: changes of keys that lead to it, in order.
        consistency: proof that the log only grew, when it is needed and could be had.
        missing: why it could not.
    """

    tete: bytes
    rotations: tuple[bytes, ...] = ()
    consistency: bytes | None = None
    missing: DrimmError | None = None


def pull_tete(liste: ListeBlanche, liste_url: str, delai: Delai, passage: Passage) -> DrimmError | None:
    """Fetch the head of one address and trust it if it may be; return why it was no use, or None.

    Nothing is done without keys in the settings. A refusal says nothing of the list, which is believed for its own signature.
    """
    try:
        rules = tetes.policy(liste)
        if rules is None:
            return None
        source = _Source(liste, tetes.url_of(liste, liste_url), delai)
        _apply(_gather(source, rules), rules, passage)
        _pull_named_crls(source, rules, passage)
    except DrimmError as error:
        return error
    return None


def _gather(source: _Source, rules: TetePolicy) -> _Recolte:
    """Fetch a head, the changes of keys that lead to it and the proof that the log only grew."""
    data = source.get("", rules.max_bytes)
    trusted = restore(TeteEnVigueur.objects.filter(pk=ONLY_ROW).first(), rules)
    rotations: list[bytes] = []
    while True:
        try:
            needed = trusted.proof_needed(data)
        except (TeteCleInconnue, TetePeuSignee) as refusal:
            if len(rotations) >= MAX_ROTATIONS:
                raise
            rotations.append(_next_rotation(source, trusted, rules, refusal))
        else:
            return _with_proof(source, _Recolte(data, tuple(rotations)), needed)


def _with_proof(source: _Source, recolte: _Recolte, needed: tuple[int, int] | None) -> _Recolte:
    """Fetch the proof that a head asks for. The head is judged without it too: one that contradicts the head held is itself a proof."""
    if needed is None:
        return recolte
    try:
        return replace(recolte, consistency=source.get(consistency_name(*needed), MAX_BYTES))
    except DrimmError as error:
        return replace(recolte, missing=error)


def _next_rotation(source: _Source, trusted: TrustedTete, rules: TetePolicy, refusal: TeteRefused) -> bytes:
    """Fetch the change of keys that follows those we know; nobody who announced one: the head is refused for its signatures."""
    try:
        data = source.get(rotation_name(trusted.memory.trousseau.empreinte), rules.max_bytes)
    except ReponseRefusee:
        raise refusal from None
    trusted.rotate(data)
    return data


def _apply(recolte: _Recolte, rules: TetePolicy, passage: Passage) -> None:
    """Trust a head; the proof that two truths were told is kept even though the head that tells it is refused."""
    refusal: TeteRefused | None = None
    with transaction.atomic():
        ListeEnVigueur.objects.get_or_create(pk=ONLY_ROW)
        ListeEnVigueur.objects.select_for_update().get(pk=ONLY_ROW)  # one writer at a time
        row = TeteEnVigueur.objects.get_or_create(pk=ONLY_ROW)[0]
        trusted = restore(row, rules)
        known = trusted.equivoque
        try:
            outcome = _update(trusted, recolte, row, passage.now)
        except TeteRefused as error:
            refusal = error
            if trusted.equivoque is not known:
                keep(row, trusted, passage.now)
                record("annuaire:tete:contradicted", trace=passage.trace, code=error.code, sha256=row.sha256)
        else:
            _write(row, trusted, outcome, passage)
    if isinstance(refusal, TeteConsistance) and recolte.missing is not None:
        raise recolte.missing
    if refusal is not None:
        raise refusal


def _update(trusted: TrustedTete, recolte: _Recolte, row: TeteEnVigueur, now: datetime) -> Outcome:
    for rotation in recolte.rotations:
        trusted.rotate(rotation)
    outcome = trusted.update(recolte.tete, at=now, consistency=recolte.consistency)
    if trusted.current is not None and trusted.current.tete.numero < row.numero:
        raise TeteRetourArriere  # even when the memory of the reader was begun again
    return outcome


def restore(row: TeteEnVigueur | None, rules: TetePolicy) -> TrustedTete:
    """Return the reader of heads with its memory; one that no longer verifies is begun again, above the same number."""
    if row is None:
        return TrustedTete(rules)
    try:
        return from_bytes(bytes(row.state), rules)
    except TeteEtatIllisible as error:
        record("annuaire:tete:forgotten", code=error.code, trace=new_trace(), sha256=row.sha256)
        return TrustedTete(rules)


def _write(row: TeteEnVigueur, trusted: TrustedTete, outcome: Outcome, passage: Passage) -> None:
    held = trusted.current
    if held is None or (outcome is Outcome.UNCHANGED and row.sha256 == held.sha256):
        return
    row.sha256, row.numero, row.changed_at = held.sha256, held.tete.numero, passage.now
    keep(row, trusted, passage.now)
    record("annuaire:tete:applied", trace=passage.trace, sha256=held.sha256, not_after=held.tete.next_update, count=held.tete.numero)


def keep(row: TeteEnVigueur, trusted: TrustedTete, now: datetime) -> None:
    """Write the memory of the reader, and have the processes that hold it look again."""
    row.state, row.changed_at = to_bytes(trusted), now
    row.save()
    ListeEnVigueur.objects.filter(pk=ONLY_ROW).update(revision=F("revision") + 1)


def _pull_named_crls(source: _Source, rules: TetePolicy, passage: Passage) -> None:
    """Fetch the CRLs that the head names and that are not held; one that cannot be had or used stops nothing."""
    held = restore(TeteEnVigueur.objects.filter(pk=ONLY_ROW).first(), rules).current
    if held is None:
        return
    kept = [(row.sha256, row.issuer, row.next_update) for row in ListeRevocation.objects.defer("der")]
    for named in [crl for crl in held.tete.crls if not _is_held(crl, kept)][:MAX_CRLS]:
        with suppress(DrimmError):
            data = source.get(f"crl/{named.sha256}.crl", settings.DRIMBOX.liste_blanche.max_crl_bytes)
            if crls.sha256_of(data) == named.sha256:
                keep_crl(data, tetes.beside(source.url, f"crl/{named.sha256}.crl"), passage)


def _is_held(named: CrlNommee, kept: list[tuple[str, str, datetime | None]]) -> bool:
    """Whether a CRL is held already, or a newer one of the same authority."""
    issuer = str(DistinguishedName.parse(named.issuer))
    return any(
        sha256 == named.sha256 or (name == issuer and until is not None and until > named.next_update) for sha256, name, until in kept
    )
