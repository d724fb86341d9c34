# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The Tete: what the publisher says of its list, of its log and of what comes next, beside the list.

Nothing here is verified: :mod:`confiance.transparence.verifier` does that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from confiance import horodatage
from confiance.transparence import canonical, fields
from confiance.transparence.canonical import Json, NotCanonical
from confiance.transparence.cles import MAX_KEYS, ClePublique, Trousseau, is_key_id
from confiance.transparence.feuille import Feuille
from confiance.transparence.jws import assemble, sign_payload
from confiance.transparence.refusals import TeteClesInvalides, TeteImpossible

__all__ = ["CrlNommee", "SignataireAnnonce", "Tete", "assemble", "payload_of", "read_payload", "sha256_of", "sign_payload"]

FILE_NAME: Final = "tete.json"
MAX_SIGNATAIRES: Final = 16
MAX_CRLS: Final = 64
MAX_PATH: Final = 64


@dataclass(frozen=True, slots=True)
class SignataireAnnonce:
    """A certificate that signs the list, now or soon.

    Attributes:
        dn: its subject, RFC 4514.
        spki_sha256: hex SHA-256 of its SubjectPublicKeyInfo.
        valid_from: when it begins to sign.
        valid_until: when it stops.
    """

    dn: str
    spki_sha256: str
    valid_from: datetime
    valid_until: datetime

    def as_json(self) -> Json:
        """Return its JSON object."""
        return {
            "dn": self.dn,
            "spki_sha256": self.spki_sha256,
            "from": horodatage.text_of(self.valid_from),
            "until": horodatage.text_of(self.valid_until),
        }

    @classmethod
    def read(cls, value: object) -> SignataireAnnonce:
        """Read its JSON object."""
        source = fields.obj(value)
        return cls(
            fields.text(source, "dn"), fields.sha256(source, "spki_sha256"), fields.instant(source, "from"), fields.instant(source, "until")
        )


@dataclass(frozen=True, slots=True)
class CrlNommee:
    """A CRL to check the signer with.

    Attributes:
        issuer: DN of its issuer, RFC 4514.
        sha256: hex SHA-256 of its DER file.
        next_update: its nextUpdate.
    """

    issuer: str
    sha256: str
    next_update: datetime

    def as_json(self) -> Json:
        """Return its JSON object."""
        return {"issuer": self.issuer, "sha256": self.sha256, "next_update": horodatage.text_of(self.next_update)}

    @classmethod
    def read(cls, value: object) -> CrlNommee:
        """Read its JSON object."""
        source = fields.obj(value)
        return cls(fields.text(source, "issuer"), fields.sha256(source, "sha256"), fields.instant(source, "next_update"))


@dataclass(frozen=True, slots=True)
class Tete:
    """Content of a head. The list it names is the last leaf of the log: its index is ``taille − 1``.

    Attributes:
        journal: name of the log (:func:`confiance.transparence.cles.journal_id`).
        numero: number of the head, from 1; one more at every issue, even without a new list.
        previous: hex SHA-256 of the payload of the head before; None for the first.
        sequence: number of the list, from 1.
        sha256: hex SHA-256 of the file of the list.
        length: its size in bytes.
        date_generation: its DateDeGeneration, UTC, cut to the second.
        signing_time: its SigningTime, UTC, cut to the second.
        this_update: when this head was issued.
        next_update: before when the next one will be issued.
        signataires: who signs the list, now and next.
        crls: revocation lists to check the signer with.
        retrait_massif: a person confirmed that this list removes many names at once.
        taille: leaves of the log.
        racine: its root, 32 bytes.
        inclusion: audit path of the leaf of the list, from the leaf up, 32 bytes each.
        trousseau: keys and threshold of the NEXT heads.
    """

    journal: str
    numero: int
    previous: str | None
    sequence: int
    sha256: str
    length: int
    date_generation: datetime
    signing_time: datetime
    this_update: datetime
    next_update: datetime
    signataires: tuple[SignataireAnnonce, ...]
    crls: tuple[CrlNommee, ...]
    retrait_massif: bool
    taille: int
    racine: bytes
    inclusion: tuple[bytes, ...]
    trousseau: Trousseau

    @property
    def feuille(self) -> Feuille:
        """The leaf of the list."""
        return Feuille(self.sequence, self.sha256, self.date_generation, self.signing_time)


def payload_of(tete: Tete) -> bytes:
    """Return the bytes to sign: the canonical JSON of a head, which a reader can read. Times are cut to the second.

    Raises:
        TeteImpossible: a value that the format cannot hold.
    """
    try:
        payload = _write(tete)
        read_payload(fields.obj(canonical.load_canonical(payload)))
    except NotCanonical as error:
        raise TeteImpossible from error
    return payload


def _write(tete: Tete) -> bytes:
    return canonical.dump(
        {
            "format": fields.FORMAT,
            "journal": tete.journal,
            "numero": tete.numero,
            "previous": tete.previous,
            "sequence": tete.sequence,
            "sha256": tete.sha256,
            "length": tete.length,
            "date_generation": horodatage.text_of(tete.date_generation),
            "signing_time": horodatage.text_of(tete.signing_time),
            "this_update": horodatage.text_of(tete.this_update),
            "next_update": horodatage.text_of(tete.next_update),
            "signataires": [one.as_json() for one in tete.signataires],
            "crls": [one.as_json() for one in tete.crls],
            "retrait_massif": tete.retrait_massif,
            "taille": tete.taille,
            "racine": tete.racine.hex(),
            "inclusion": [one.hex() for one in tete.inclusion],
            "cles": tete.trousseau.as_json(),
            "seuil": tete.trousseau.seuil,
        }
    )


def sha256_of(payload: bytes) -> str:
    """Return the name of a head: hex SHA-256 of its payload; what ``previous`` and the health answers hold."""
    return hashlib.sha256(payload).hexdigest()


def read_payload(source: Json) -> Tete:
    """Read the JSON object of a head; fields we do not know are left aside.

    Raises:
        NotCanonical: a field is missing or wrong, or the keys announced do not make a set.
    """
    numero = fields.integer(source, "numero", least=1)
    return Tete(
        journal=fields.sha256(source, "journal"),
        numero=numero,
        previous=_previous(source, numero),
        sequence=fields.integer(source, "sequence", least=1),
        sha256=fields.sha256(source, "sha256"),
        length=fields.integer(source, "length", least=1),
        date_generation=fields.instant(source, "date_generation"),
        signing_time=fields.instant(source, "signing_time"),
        this_update=fields.instant(source, "this_update"),
        next_update=fields.instant(source, "next_update"),
        signataires=fields.items(source, "signataires", SignataireAnnonce.read, most=MAX_SIGNATAIRES),
        crls=fields.items(source, "crls", CrlNommee.read, most=MAX_CRLS),
        retrait_massif=fields.boolean(source, "retrait_massif"),
        taille=fields.integer(source, "taille", least=1),
        racine=bytes.fromhex(fields.sha256(source, "racine")),
        inclusion=fields.items(source, "inclusion", _hash, most=MAX_PATH),
        trousseau=_read_keys(source),
    )


def _previous(source: Json, numero: int) -> str | None:
    """Every head but the first names the one before."""
    if numero > 1:
        return fields.sha256(source, "previous")
    if source.get("previous", "") is not None:
        raise NotCanonical
    return None


def _hash(value: object) -> bytes:
    return bytes.fromhex(fields.hex32(value))


def _read_keys(source: Json) -> Trousseau:
    try:
        return Trousseau(fields.items(source, "cles", _read_key, most=MAX_KEYS), fields.integer(source, "seuil", least=1))
    except TeteClesInvalides as error:  # ours when it is a setting, the publisher's here
        raise NotCanonical from error


def _read_key(value: object) -> ClePublique:
    source = fields.obj(value)
    key_id = fields.text(source, "id")
    if not is_key_id(key_id):
        raise NotCanonical
    return ClePublique(key_id, _hash(source.get("public_key")))
