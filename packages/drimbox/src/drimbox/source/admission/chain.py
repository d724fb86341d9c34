# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The checks of the images door, in their order; the order is the argument.

1. The certificate of the connection, whose chain OpenSSL verified, is not revoked: nothing is said to a stranger. CRLs decide; a responder
   that the certificate names and the settings know is asked too.
2. Its DN is in today's list. Without a list in force nobody is let in.
3. The name of the handshake, that of the request and our db names agree: one name opens one PACS.

   Here the door itself (:mod:`drimbox.source.partage.app`) answers 505 to another version than HTTP/1.1, describes itself to OPTIONS,
   answers 405 to another method and 400 or 404 to an address that none of its services has: who is known may learn what can be asked,
   and nothing of an exam was looked at.
4. A bearer token is there, and our own Pro Santé Connect says that it is active and names a professional behind it: its answers about
   access tokens give SubjectNameID, which the token of a program has not. Questions about the tokens of one peer are bounded.
5. The KOS is named, in service, of this study and of this name: possession of the KOS read in the DMP opens its exam and no other.
   What is asked is among what it points to: the rest of the PACS does not exist here.
6. What the peer accepts is read; the stored syntax is compared with it when the first object arrives.

Sources: Spécifications DRIM-M (échanges entre DRIMbox), homologation samples of WADO-RS requests; architecture §5.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.errors import DrimmError, OwnError
from confiance.liste_blanche import ListeBlanche
from drimbox.socle import identite, tls
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import (
    CertificatRefuse,
    CertificatRevoque,
    JetonAbsent,
    JetonIllisible,
    JetonInactif,
    JetonSansProfessionnel,
    ListePerimee,
    PscIndisponible,
    Refus,
    RevocationInconnue,
    TropDeJetons,
)
from drimbox.source.admission.repondeur import Repondeur
from drimbox.source.admission.rules import KosServi, Pair, agree_on_name, know_pair, open_study, read_kos_uid


@dataclass(frozen=True, slots=True)
class Arrivee:
    """What a connection and the head of a request say of who comes, and where to.

    Attributes:
        certificate: shown by the peer and verified by the handshake.
        requested_name: SNI, or None.
        hosts: every name that the request says it is for.
    """

    certificate: x509.Certificate
    requested_name: str | None
    hosts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Entetes:
    """Every line of the headers that open an exam. Its repr shows no token."""

    authorization: Sequence[str]
    kos: Sequence[str]

    def __repr__(self) -> str:
        return "Entetes(…)"


@dataclass(frozen=True, slots=True)
class Admis:
    """A request that may be served; only :class:`Admission` makes one.

    Attributes:
        pair: who asks.
        db: our name that was addressed.
        kos: the KOS that opens the exam.
        examen: what it opens.
    """

    pair: Pair
    db: str
    kos: KosServi
    examen: ExamenOuvert


@dataclass(frozen=True)
class Admission:
    """The checks with what they need of the outside.

    Attributes:
        revocation: CRLs of the anchors.
        psc: our own client of Pro Santé Connect.
        liste: returns the list in force at a time; raises OwnError when there is none.
        find_kos: returns a KOS of ours by its SOPInstanceUID, or None.
        open_kos: returns what that KOS opens, as it is since that erasure of its traits.
        served: our db names, lower case.
        ocsp: responders asked beside the CRLs, or None.
    """

    revocation: tls.RevocationChecker
    psc: identite.PscClient
    liste: Callable[[datetime], Awaitable[ListeBlanche]]
    find_kos: Callable[[str], Awaitable[KosServi | None]]
    open_kos: Callable[[str, datetime | None], Awaitable[ExamenOuvert]]
    served: frozenset[str]
    ocsp: Repondeur | None = None

    async def know(self, arrivee: Arrivee, now: datetime) -> tuple[Pair, str]:
        """Make checks 1 to 3; return who comes and the db name addressed.

        Raises:
            Refus: 403, 421 or 503.
        """
        self._check_certificate(arrivee.certificate, now)
        await self._ask_responder(arrivee.certificate, now)
        pair = know_pair(_dn(arrivee.certificate), await self._liste(now))
        return pair, agree_on_name(arrivee.requested_name, arrivee.hosts, self.served)

    def recognise(self, arrivee: Arrivee, now: datetime) -> DistinguishedName:
        """Make checks 1 and 3 only; return the DN of the certificate. Enough to be told why one was refused, and for nothing else.

        Raises:
            Refus: 403, 421 or 503.
        """
        self._check_certificate(arrivee.certificate, now)
        agree_on_name(arrivee.requested_name, arrivee.hosts, self.served)
        return _dn(arrivee.certificate)

    async def admit(
        self, pair: Pair, db: str, study: str | None, entetes: Entetes, met: Callable[[identite.JetonActif], None] = lambda _: None
    ) -> Admis:
        """Make checks 4 and 5.

        Args:
            pair: who asks.
            db: our name that is addressed.
            study: StudyInstanceUID asked, or None for a search: it is made in the study of the KOS.
            entetes: the proofs.
            met: told who reads, as soon as it is known: what is refused after that is not anonymous.

        Raises:
            Refus: 400, 401, 404, 429 or 503.
        """
        jeton = await self._check_token(entetes.authorization, pair)
        met(jeton)
        uid = read_kos_uid(entetes.kos)
        found = await self.find_kos(uid)
        asked = study if study is not None or found is None else found.study_instance_uid
        kos = open_study(found, asked or "", db)
        return Admis(pair, db, kos, await self.open_kos(kos.sop_instance_uid, kos.purged_at))

    def _check_certificate(self, certificate: x509.Certificate, now: datetime) -> None:
        try:
            self.revocation.check(certificate, now)
        except DrimmError as error:
            raise refus_of(error) from error

    async def _ask_responder(self, certificate: x509.Certificate, now: datetime) -> None:
        try:
            if self.ocsp is not None:
                await self.ocsp.check(certificate, now)
        except (tls.CertificatRevoque, tls.CrlAbsente) as error:
            raise refus_of(error) from error

    async def _liste(self, now: datetime) -> ListeBlanche:
        try:
            return await self.liste(now)
        except OwnError as error:
            raise ListePerimee from error

    async def _check_token(self, lines: Sequence[str], pair: Pair) -> identite.JetonActif:
        try:
            token = identite.bearer(lines[0] if len(lines) == 1 else None)  # two tokens would be two persons
            return await self.psc.introspect(token, presenter=pair.dn.canonical)
        except identite.JetonAbsent as error:
            raise (JetonIllisible if lines else JetonAbsent) from error
        except identite.JetonSansPersonne as error:
            raise JetonSansProfessionnel from error
        except identite.JetonRefuse as error:
            raise JetonInactif from error
        except identite.TropDEssais as error:
            raise TropDeJetons from error
        except DrimmError as error:  # PSC silent or incomprehensible, or our own credentials refused: the peer did nothing wrong
            raise PscIndisponible from error


def refus_of(error: DrimmError) -> Refus:
    """Return what is told to a peer whose certificate a check of :mod:`drimbox.socle.tls` refused."""
    if isinstance(error, tls.CertificatRevoque):
        return CertificatRevoque()
    return RevocationInconnue() if isinstance(error, tls.CrlAbsente | tls.CrlPerimee) else CertificatRefuse()


def _dn(certificate: x509.Certificate) -> DistinguishedName:
    try:
        return DistinguishedName.from_certificate(certificate)
    except DistinguishedNameError as error:
        raise CertificatRefuse from error
