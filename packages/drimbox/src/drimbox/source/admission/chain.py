# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The checks of the images door, in their order; the order is the argument.

1. The certificate of the connection, whose chain OpenSSL verified, is not revoked: nothing is said to a stranger.
2. Its DN is in today's list. Without a list in force nobody is let in.
3. The name of the handshake, Host and our db names agree: one name opens one PACS.
4. A bearer token is there, and our own Pro Santé Connect says it is active: a professional stands behind the request.
5. The KOS is named, in service, of this study and of this name: possession of the KOS read in the DMP opens its exam and no other.
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
from drimbox.source.admission.accept import Acceptation, read_accept
from drimbox.source.admission.errors import (
    CertificatRefuse,
    CertificatRevoque,
    JetonAbsent,
    JetonInactif,
    ListePerimee,
    PscIndisponible,
    RevocationInconnue,
)
from drimbox.source.admission.rules import KosServi, Pair, agree_on_name, know_pair, open_study, read_kos_uid


@dataclass(frozen=True, slots=True)
class Arrivee:
    """What a connection and the head of a request say of who comes, and where to.

    Attributes:
        certificate: shown by the peer and verified by the handshake.
        requested_name: SNI, or None.
        hosts: every Host header.
    """

    certificate: x509.Certificate
    requested_name: str | None
    hosts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Entetes:
    """Every line of the headers that open an exam. Its repr shows no token."""

    authorization: Sequence[str]
    kos: Sequence[str]
    accept: Sequence[str]

    def __repr__(self) -> str:
        return "Entetes(…)"


@dataclass(frozen=True, slots=True)
class Admis:
    """A request that may be served; only :class:`Admission` makes one."""

    pair: Pair
    db: str
    kos: KosServi
    acceptation: Acceptation


@dataclass(frozen=True)
class Admission:
    """The checks with what they need of the outside.

    Attributes:
        revocation: CRLs of the anchors.
        psc: our own client of Pro Santé Connect.
        liste: returns the list in force at a time; raises OwnError when there is none.
        find_kos: returns a KOS of ours by its SOPInstanceUID, or None.
        served: our db names, lower case.
    """

    revocation: tls.RevocationChecker
    psc: identite.PscClient
    liste: Callable[[datetime], Awaitable[ListeBlanche]]
    find_kos: Callable[[str], Awaitable[KosServi | None]]
    served: frozenset[str]

    async def know(self, arrivee: Arrivee, now: datetime) -> tuple[Pair, str]:
        """Make checks 1 to 3; return who comes and the db name addressed.

        Raises:
            Refus: 403, 421 or 503.
        """
        self._check_certificate(arrivee.certificate, now)
        pair = know_pair(_dn(arrivee.certificate), await self._liste(now))
        return pair, agree_on_name(arrivee.requested_name, arrivee.hosts, self.served)

    async def admit(self, pair: Pair, db: str, study: str, entetes: Entetes) -> Admis:
        """Make checks 4 to 6 for a study.

        Raises:
            Refus: 400, 401, 404, 406 or 503.
        """
        await self._check_token(entetes.authorization)
        uid = read_kos_uid(entetes.kos)
        kos = open_study(await self.find_kos(uid), study, db)
        return Admis(pair, db, kos, read_accept(entetes.accept))

    def _check_certificate(self, certificate: x509.Certificate, now: datetime) -> None:
        try:
            self.revocation.check(certificate, now)
        except tls.CertificatRevoque as error:
            raise CertificatRevoque from error
        except (tls.CrlAbsente, tls.CrlPerimee) as error:
            raise RevocationInconnue from error
        except DrimmError as error:
            raise CertificatRefuse from error

    async def _liste(self, now: datetime) -> ListeBlanche:
        try:
            return await self.liste(now)
        except OwnError as error:
            raise ListePerimee from error

    async def _check_token(self, lines: Sequence[str]) -> None:
        try:
            token = identite.bearer(lines[0] if len(lines) == 1 else None)
            await self.psc.introspect(token)
        except identite.JetonAbsent as error:
            raise JetonAbsent from error
        except identite.JetonRefuse as error:
            raise JetonInactif from error
        except DrimmError as error:  # PSC silent or incomprehensible, or our own credentials refused: the peer did nothing wrong
            raise PscIndisponible from error


def _dn(certificate: x509.Certificate) -> DistinguishedName:
    try:
        return DistinguishedName.from_certificate(certificate)
    except DistinguishedNameError as error:
        raise CertificatRefuse from error
