# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The checks of the images door, each alone. Their order is that of :mod:`drimbox.source.admission.chain`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import ListeBlanche
from drimbox.source.admission.errors import CertificatHorsListe, KosAbsent, KosInconnu, NomInattendu, Refus

_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}?)\.?(?::([0-9]{1,5}))?")
_UID = re.compile(r"[0-9.]{1,64}")
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A DRIMbox of today's list, known by the certificate of its connection.

    Attributes:
        dn: subject of its certificate.
        db: a db name that the list gives to this certificate, for the journal.
    """

    dn: DistinguishedName
    db: str


@dataclass(frozen=True, slots=True)
class KosServi:
    """What admission must know of a published KOS.

    Attributes:
        sop_instance_uid: of the KOS.
        study_instance_uid: the only study it opens.
        db: the db name whose PACS holds it.
        in_service: published and not withdrawn nor replaced.
        ended: the refusal of a KOS that was published and no longer is, or None.
        kos_id: our own number of the KOS, for the journal.
        examen_id: our own number of its exam, for the journal.
        purged_at: when the traits of its patient were erased, or None: what was read of it before is not to be told any more.
    """

    sop_instance_uid: str
    study_instance_uid: str
    db: str
    in_service: bool
    ended: type[Refus] | None = None
    kos_id: UUID | None = None
    examen_id: UUID | None = None
    purged_at: datetime | None = None


def know_pair(dn: DistinguishedName, liste: ListeBlanche) -> Pair:
    """Return the peer whose certificate has this subject.

    Raises:
        CertificatHorsListe: the list does not hold it.
    """
    domaines = liste.domaines_of_dn(dn)
    if not domaines:
        raise CertificatHorsListe
    return Pair(dn, domaines[0].db)


def names_of(target: str, hosts: Sequence[str]) -> Sequence[str]:
    """Return the names that a request says it is for: that of a whole address takes the place of every Host (RFC 9112 §3.2.2).

    Args:
        target: as written in the request line.
        hosts: every Host header.
    """
    found = _ABSOLUTE.match(target)
    if found is None:
        return hosts
    return [found[2]] if found[1].lower() == "https" else []  # another scheme is for another port than this one (RFC 9110 §7.4)


def agree_on_name(requested: str | None, hosts: Sequence[str], served: Collection[str]) -> str:
    """Return our db name that the peer addresses.

    Args:
        requested: name of the TLS handshake (SNI).
        hosts: every name of the request, see :func:`names_of`.
        served: our db names, lower case.

    Raises:
        NomInattendu: SNI, the name of the request and our names do not agree (architecture, decision 8).
    """
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if found is None or requested is None:
        raise NomInattendu
    host = found[1].lower()
    if host != requested.rstrip(".").lower() or host not in served:
        raise NomInattendu
    return host


def read_kos_uid(lines: Sequence[str]) -> str:
    """Return the UID of the header KOS-SOPInstanceUID.

    Raises:
        KosAbsent: absent, repeated or not a UID.
    """
    value = lines[0].strip() if len(lines) == 1 else ""
    if not _UID.fullmatch(value):
        raise KosAbsent
    return value


def open_study(kos: KosServi | None, study: str, db: str) -> KosServi:
    """Return the KOS if it opens this study under this name.

    Unknown, never deposited, of another study and of another name are one answer: a peer learns nothing by trying (no lateral reading).
    Only who names the right study under the right name is told that the KOS was withdrawn or replaced: it read it in the DMP.

    Raises:
        KosInconnu: it does not.
        KosRetire: it did, and was withdrawn.
        KosRemplace: it did, and was replaced.
    """
    if kos is None or kos.study_instance_uid != study or kos.db.lower() != db:
        raise KosInconnu
    if not kos.in_service:
        raise kos.ended or KosInconnu
    return kos
