# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The list in force, its head and the CRLs, as this process verified them itself.

Bytes read from the database are verified before they are believed, once per change; the result is kept for the whole process. The row
is looked at again at most once per second: an exclusion applies within a second of its pull.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from confiance.certificates import Anchors
from confiance.certificates.crl import read_crl
from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import Freshness, ListeBlanche
from confiance.liste_blanche.store import from_bytes
from confiance.sante import SanteTete
from confiance.transparence.liste_et_tete import EtatTete, Lecteur
from confiance.transparence.refusals import TeteEtatIllisible
from confiance.transparence.store import from_bytes as tete_from_bytes
from confiance.transparence.suivi import TrustedTete
from drimbox.socle.annuaire import crls, tetes
from drimbox.socle.annuaire.errors import ListeAbsente, ListePerimee
from drimbox.socle.annuaire.models import ONLY_ROW, Alarme, ListeEnVigueur, ListeRevocation, Miroir, Releve, TeteEnVigueur
from drimbox.socle.annuaire.policy import policy
from drimbox.socle.annuaire.rules import EtatCrl, EtatMiroir, Situation
from drimbox.socle.annuaire.states import CodeAlarme

LOOK_AGAIN_SECONDS = 1.0
log = get_logger("annuaire")


@dataclass(frozen=True)
class EnVigueur:
    """What a process believes: the list with its head, and the CRLs fetched (each verified again by who uses it).

    Attributes:
        revision: number that changes whenever one of them does.
        lecteur: the list and its head.
        crls: CRLs fetched.
    """

    revision: int
    lecteur: Lecteur
    crls: tuple[x509.CertificateRevocationList, ...]


class _EnMemoire:
    """What this process verified. It is replaced whole and never changed: requests share it safely."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = -1
        self._looked_at = float("-inf")
        self._held: EnVigueur | None = None

    def get(self) -> EnVigueur | None:
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
                self._look()
            return self._held

    def forget(self) -> None:
        with self._lock:
            self._revision, self._looked_at, self._held = -1, float("-inf"), None

    def _look(self) -> None:
        revision = ListeEnVigueur.objects.filter(pk=ONLY_ROW).values_list("revision", flat=True).first()
        if revision is None:
            self._revision, self._held = -1, None
        elif revision != self._revision:
            self._held = None  # should what follows fail, nothing older is believed in its place
            self._held = _verified(ListeEnVigueur.objects.get(pk=ONLY_ROW))
            self._revision = self._held.revision
        self._looked_at = time.monotonic()


_EN_MEMOIRE = _EnMemoire()


def _verified(row: ListeEnVigueur) -> EnVigueur:
    fetched = kept_crls()
    trusted = from_bytes(bytes(row.state), policy(settings.DRIMBOX.liste_blanche, fetched))
    return EnVigueur(row.revision, Lecteur(trusted, lecteur_de_tetes()), fetched)


def lecteur_de_tetes() -> TrustedTete | None:
    """Return the reader of heads as the database keeps it, None without keys that can be used.

    What is kept of it and no longer verifies is as if no head had come: the list stands by itself.
    """
    rules = tetes.followed(settings.DRIMBOX.liste_blanche)
    row = None if rules is None else TeteEnVigueur.objects.filter(pk=ONLY_ROW).first()
    if rules is None:
        return None
    try:
        return tete_from_bytes(b"" if row is None else bytes(row.state), rules)
    except TeteEtatIllisible as error:
        log.error("annuaire:tete:unreadable", code=error.code)
        return TrustedTete(rules)


def kept_crls() -> tuple[x509.CertificateRevocationList, ...]:
    """Return the CRLs fetched; one that can no longer be parsed is left out, and its authority shows as without CRL."""
    found = []
    for der in ListeRevocation.objects.order_by("id").values_list("der", flat=True):
        try:
            found.append(crls.parse(bytes(der)))
        except DrimmError as error:
            log.error("annuaire:crl:unreadable", code=error.code)
    return tuple(found)


def en_vigueur() -> EnVigueur | None:
    """Return what this process believes, however old; None when this DRIMbox never held a list nor a CRL.

    Raises:
        StateUnreadable: what is kept no longer verifies.
    """
    return _EN_MEMOIRE.get()


def current(now: datetime) -> ListeBlanche:
    """Return the list in force.

    Raises:
        ListeAbsente: this DRIMbox never verified a list.
        ListePerimee: the last one is too old to let anyone in.
        StateUnreadable: what is kept no longer verifies.
    """
    held = _EN_MEMOIRE.get()
    if held is None or held.lecteur.liste.current is None:
        raise ListeAbsente
    if not held.lecteur.freshness(now).serves:
        raise ListePerimee
    return held.lecteur.liste.current


def freshness(now: datetime) -> Freshness:
    """Return how old the trust of this DRIMbox is, its head counted, for health and pages.

    Raises:
        StateUnreadable: what is kept no longer verifies.
    """
    held = _EN_MEMOIRE.get()
    return Freshness.EXPIRED if held is None else held.lecteur.freshness(now)


def tete(now: datetime) -> SanteTete | None:
    """Return the head that this DRIMbox trusts, as its health answer says it; None when it follows none.

    Raises:
        StateUnreadable: what is kept no longer verifies.
    """
    held = _EN_MEMOIRE.get()
    repere = None if held is None or held.lecteur.tete is None else held.lecteur.tete.memory.repere
    if held is None or repere is None:
        return None
    told = Alarme.objects.filter(pk=CodeAlarme.TETE_EQUIVOQUE).exists()  # two gateways found it by comparing
    return SanteTete(repere, (EtatTete.EQUIVOQUE if told else held.lecteur.etat(now)).value)


def fetched_crls() -> tuple[x509.CertificateRevocationList, ...]:
    """Return the CRLs fetched, as this process holds them.

    Raises:
        StateUnreadable: what is kept no longer verifies.
    """
    held = _EN_MEMOIRE.get()
    return () if held is None else held.crls


def situation(now: datetime) -> Situation:
    """Return everything an alarm may come from; a list that no longer verifies shows as expired."""
    try:
        held = _EN_MEMOIRE.get()
    except DrimmError:
        held = None
    if held is None:
        return Situation(Freshness.EXPIRED, None, EtatTete.IGNOREE, _miroirs(), crl_states())
    lecteur = held.lecteur
    return Situation(lecteur.freshness(now), lecteur.liste.signer_expires_soon(now), lecteur.etat(now), _miroirs(), crl_states())


def _miroirs() -> tuple[EtatMiroir, ...]:
    rows = (row for row in miroirs() if row.result)
    return tuple(EtatMiroir(urlsplit(row.url).hostname or "", row.result, row.seen_at, row.tete_code) for row in rows)


def crl_states() -> tuple[EtatCrl, ...]:
    """Return, for each of our authorities, the CRL at hand that lasts longest."""
    drimbox = settings.DRIMBOX
    try:
        folders = [Anchors.from_directory(folder) for folder in {drimbox.liste_blanche.anchors, drimbox.tls.anchors}]
        authorities = crls.authorities(drimbox)
    except DrimmError:
        return ()
    fetched = kept_crls()
    on_disk = tuple(crl for anchors in folders for crl in anchors.crls)
    return tuple(_best(authority, fetched, on_disk) for authority in authorities)


def _best(
    authority: x509.Certificate, fetched: tuple[x509.CertificateRevocationList, ...], on_disk: tuple[x509.CertificateRevocationList, ...]
) -> EtatCrl:
    name = str(DistinguishedName.from_name(authority.subject))
    found = [
        EtatCrl(name, read.this_update, read.next_update, is_fetched)
        for crls_of, is_fetched in ((fetched, True), (on_disk, False))
        for crl in crls_of
        if (read := read_crl(crl, authority)) is not None and read.next_update is not None
    ]
    return max(found, key=_lasts_until, default=EtatCrl(name, None, None))


def _lasts_until(crl: EtatCrl) -> datetime:
    return crl.next_update or datetime.min.replace(tzinfo=UTC)


def forget() -> None:
    """Forget what this process verified; the next look reads the database again."""
    _EN_MEMOIRE.forget()


def last_releves(count: int = 20) -> list[Releve]:
    """Return the last pulls, newest first."""
    return list(Releve.objects.order_by("-id")[:count])


def miroirs() -> list[Miroir]:
    """Return what is remembered of the addresses of the settings, in the order of the settings."""
    liste = settings.DRIMBOX.liste_blanche
    order = {url: place for place, url in enumerate((*liste.urls, *liste.crl_urls))}
    return sorted(Miroir.objects.filter(url__in=list(order)), key=lambda row: order[row.url])


def open_alarms() -> list[Alarme]:
    """Return the open alarms, the oldest first."""
    return list(Alarme.objects.order_by("since"))
