# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A publisher with its heads, played step by step under the roles of its processes, with a clock that moves when told."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from banc.pki import crl, keys, layout
from banc.pki.authority import Authority
from banc.pki.profiles import Produit, Published, leaf_name
from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.liste_blanche import Anchors, Freshness, Policy, TrustedListeBlanche
from confiance.transparence import EtatTete, TetePolicy, TrustedTete
from confiance.transparence import Lecteur as ListeEtTete
from confiance.transparence.preuves import consistency_name
from espace.config import ListeBlanche, Signer, Tete, current
from espace.liste_blanche import actions
from espace.liste_blanche.echeances import Echeancier
from espace.liste_blanche.fichier import NAME
from espace.liste_blanche.models import Publication
from espace.liste_blanche.publication import Clock, Publisher
from espace.tete.etabli import Etabli
from espace.tete.temoin import Temoin
from tests.espace_env import ZONE, write_secret


class HandClock:
    """A clock that moves only when told, or when somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        """Give it to a process."""
        return Clock(lambda: self.now, self.sleep, lambda: self.now)


def new_key(folder: Path, name: str) -> tuple[Path, Path]:
    """Write an Ed25519 pair: private file (0600), public file."""
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    write_secret(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def head_settings(folder: Path, *, seuil: int = 2, **changes: Any) -> Tete:
    """Settings of heads signed by two processes, with a spare key that stays offline."""
    pairs = {name: new_key(folder, name) for name in ("signataire", "temoin", "secours")}
    values: dict[str, Any] = {
        "cles": {name: public for name, (_, public) in pairs.items()},
        "seuil": seuil,
        "signataire": {"signataire": pairs["signataire"][0]},
        "temoin": {"temoin": pairs["temoin"][0]},
        "temoin_etat": folder / "temoin.json",
        **changes,
    }
    return Tete(**values)


def new_signer(pki: Any, name: str, begin: datetime, end: datetime, *, cn: str = "Liste Blanche DRIM-M") -> Signer:
    """Issue an ORG SIGN certificate of the administrateur with these dates, and return it as a setting; it signs within them."""
    folder = pki.folder / "signataires"
    folder.mkdir(exist_ok=True)
    (key,) = keys.generate(1, 2048)
    issuer = keys.read(pki.folder / layout.key_of("organisations"))
    authority = Authority(issuer, x509.load_pem_x509_certificate(pki.intermediate.read_bytes()), Published("http://igc.banc.test", "ACI"))
    holder = pki.plan.administrateur
    subject = leaf_name(cn=cn, ou=holder.identifiant, o=holder.denomination, st=holder.state)
    made = authority.issue(Produit.SIGN, subject, key.public_key(), (begin, end))
    keys.write(folder / f"{name}.key", key)
    pem = made.public_bytes(Encoding.PEM) + authority.certificate.public_bytes(Encoding.PEM)
    crl.write_atomically(folder / f"{name}.pem", pem)
    return Signer(certificate=folder / f"{name}.pem", key=folder / f"{name}.key", chain=pki.root, since=begin)


def certificate(signer: Signer) -> x509.Certificate:
    """Return the certificate of a signer of the settings."""
    return x509.load_pem_x509_certificates(signer.certificate.read_bytes())[0]


def dn_of(signer: Signer) -> DistinguishedName:
    """Return what readers pin."""
    return DistinguishedName.from_certificate(certificate(signer))


@dataclass
class Editeur:
    """The publisher: each verb is one process doing its turn.

    Attributes:
        espace: the environment of the test.
        settings: the table ``[liste_blanche]``, changed at will.
        time: the clock.
        one_role: play every process under the role of the test, to play many days fast.
    """

    espace: Any
    settings: ListeBlanche
    time: HandClock
    one_role: bool = False
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.settings.publication
        self.renew()

    def renew(self, **changes: Any) -> None:
        """Change settings and start the processes again."""
        self.settings = self.settings.model_copy(update=changes)
        self.publisher = Publisher(self.settings, zone=ZONE, clock=self.time.clock())
        self.etabli = Etabli(self.settings, clock=self.time.clock())
        self.echeancier = Echeancier(self.settings, clock=self.time.clock())

    @property
    def tete(self) -> Tete:
        """Settings of heads."""
        assert self.settings.tete is not None
        return self.settings.tete

    @property
    def policy(self) -> TetePolicy:
        """What a reader of the heads is told: the keys of the settings."""
        return TetePolicy.from_pem({name: path.read_bytes() for name, path in self.tete.cles.items()}, self.tete.seuil)

    def publish(self, *, auteur: str = "agent", **demande: Any) -> Publication:
        """Ask as the pages, publish as the signataire."""
        asked = actions.demander_publication(auteur=auteur, now=self.time.now, **demande)
        with self._role("signataire"):
            return self.publisher.publish(asked)

    def signataire(self) -> None:
        """Do one turn of the signataire."""
        with self._role("signataire"):
            self.publisher.restore_file()
            self.publisher.ask_daily()
            self.publisher.publish_waiting()
            self.etabli.turn()
            self.echeancier.turn()

    def temoin(self) -> bool:
        """Do one turn of the témoin."""
        with self._role("temoin"):
            return Temoin(self.settings, self.tete).turn(self.time.now)

    def round(self) -> None:
        """Do what all processes do when something is due."""
        self.signataire()
        if self.settings.tete is not None:
            self.temoin()
            with self._role("signataire"):
                self.etabli.turn()

    def _role(self, name: str) -> AbstractContextManager[None]:
        role: AbstractContextManager[None] = nullcontext() if self.one_role else self.espace.role(name)
        return role

    def head(self) -> bytes:
        """Return the head that readers find."""
        return (self.folder / "tete.json").read_bytes()

    def liste(self) -> bytes:
        """Return the list that readers find."""
        return (self.folder / NAME).read_bytes()


@dataclass
class Lecteur:
    """A gateway that reads the folder: it pins signers, and the keys of heads it was given at its start.

    Attributes:
        editeur: whose folder it reads.
        trusted: what it trusts.
        refused: code of each refusal, with its instant.
        crls: the CRLs it has.
    """

    editeur: Editeur
    trusted: ListeEtTete
    refused: list[tuple[datetime, str]] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, editeur: Editeur, *signers: DistinguishedName) -> Lecteur:
        """Pin these signers (by default those of the settings) and the present keys of heads."""
        pinned = frozenset(signers or [dn_of(one) for one in editeur.settings.signers])
        liste = TrustedListeBlanche(Policy(Anchors.from_directory(editeur.settings.anchors), pinned))
        return cls(editeur, ListeEtTete(liste, TrustedTete(editeur.policy)))

    @property
    def tete(self) -> TrustedTete:
        """The heads it follows."""
        assert self.trusted.tete is not None
        return self.trusted.tete

    @property
    def etat(self) -> EtatTete:
        """What the head says of the list, now."""
        return self.trusted.etat(self.editeur.time.now)

    @property
    def freshness(self) -> Freshness:
        """How old its trust is, now."""
        return self.trusted.freshness(self.editeur.time.now)

    def read(self) -> None:
        """Take the head, then the list, as they are in the folder."""
        self.read_head(self.editeur.head())
        self.read_list(self.editeur.liste())

    def try_to_read(self) -> None:
        """The same, as a gateway does: a refusal is kept, and what was trusted stays."""
        for data, take in ((self.editeur.head(), self.read_head), (self.editeur.liste(), self.read_list)):
            try:
                take(data)
            except DrimmError as error:
                self.refused.append((self.editeur.time.now, error.code))

    def read_list(self, data: bytes) -> None:
        """Take a list, with the CRLs of the day."""
        crls = [path.read_bytes() for path in sorted(self.editeur.settings.anchors.glob("*.crl"))]
        if crls != self.crls:
            anchors = self.trusted.liste.policy.anchors.with_crls(crls)
            self.trusted.liste.use_policy(Policy(anchors, self.trusted.liste.policy.signers))
            self.crls = crls
        self.trusted.update_liste(data, at=self.editeur.time.now)

    def read_head(self, data: bytes) -> None:
        """Take a head, with the proof that stands beside it when one is needed."""
        needed = self.tete.proof_needed(data)
        proof = None if needed is None else (self.editeur.folder / consistency_name(*needed)).read_bytes()
        self.tete.update(data, at=self.editeur.time.now, consistency=proof)


def editeur(espace: Any, now: datetime, **changes: Any) -> Editeur:
    """Return a publisher on the settings of the tests, with these changes."""
    return Editeur(espace, current().liste_blanche.model_copy(update=changes), HandClock(now))
