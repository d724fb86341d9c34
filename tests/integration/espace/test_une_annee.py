# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A year of lists and heads, day by day, with a clock that only this test moves, real signatures and readers that forget nothing.

Two changes of signer, a signer whose key is stolen, a lost key of the head, a publisher that tells two truths, a mirror frozen for three
days.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from banc.pki import OrganisationPlan, PkiPlan, build
from confiance.exploitation.settings import read_secret
from confiance.liste_blanche import Brouillon, Freshness, SigningKey, read_unverified, sign
from confiance.transparence import (
    Contradiction,
    EtatTete,
    Feuille,
    NoeudsEnMemoire,
    TeteRefused,
    assemble,
    merkle,
    payload_of,
    sign_payload,
)
from confiance.transparence.cles import ClePrivee
from confiance.transparence.reperes import compare
from espace.alarmes.queries import open_alarms
from espace.config import Signer
from espace.liste_blanche import actions, queries
from espace.liste_blanche.models import Publication
from espace.registre.states import Motif
from espace.tete import fichiers
from espace.tete import queries as tetes
from espace.tete.composition import content
from espace.tete.depose import deposit
from tests.espace_donnees import dn, integrate
from tests.espace_tetes import Editeur, Lecteur, certificate, editeur, head_settings, new_key, new_signer

START = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
DAYS = 365


def after(days: float) -> datetime:
    return START + timedelta(days=days)


@dataclass
class Annee:
    """The publisher, two gateways, and where the story stands."""

    monde: Editeur
    readers: tuple[Lecteur, Lecteur]
    pki: Any
    keys: Path
    day: int = 0

    def live(self, until: int) -> None:
        """Let days pass: each brings its CRLs, its list, its head, and its readers."""
        while self.day < until:
            self.day += 1
            self.monde.time.now = after(self.day)
            if self.day % 4 == 0:
                self.pki.renew_crls(self.monde.time.now)
            self.monde.round()
            for reader in self.readers:
                reader.try_to_read()

    def follow(self) -> list[tuple[datetime, str]]:
        """Return every refusal of both gateways since last asked."""
        found = [refusal for reader in self.readers for refusal in reader.refused]
        for reader in self.readers:
            reader.refused.clear()
        return found

    @property
    def signer(self) -> Any:
        """Who signed the list that the first gateway trusts."""
        return self.readers[0].trusted.liste.require()


@pytest.fixture
def annee(espace: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Annee]:
    monkeypatch.setattr(fichiers, "KEPT_SIZES", 8)  # no gateway of this story is away for more than three days
    organisation = OrganisationPlan("a", "CENTRE D'IMAGERIE A", "300000000300019")
    pki = build(tmp_path / "pki", PkiPlan.of_mesh({"a": (organisation, ("db1.1.mesimagesmedicales.fr",))}), START - DAY)
    pki.renew_crls(START)
    signers = [
        new_signer(pki, "premier", START - 30 * DAY, after(120)).model_copy(update={"since": None}),
        new_signer(pki, "deuxieme", START - DAY, after(215)).model_copy(update={"since": after(100)}),
        new_signer(pki, "troisieme", START - DAY, after(500)).model_copy(update={"since": after(200)}),
        new_signer(pki, "secours", START - DAY, after(900), cn="Liste Blanche DRIM-M SECOURS").model_copy(update={"since": after(800)}),
    ]
    changes = {"anchors": pki.anchors_dir, "signer": signers[0], "next_signers": tuple(signers[1:])}
    with espace.role("proprietaire"):  # the roles are shown elsewhere; here they would only cost a connection for each step
        integrate(10, now=START)
        monde = editeur(espace, START, tete=head_settings(tmp_path / "cles"), **changes)
        monde.one_role = True
        monde.publish()
        monde.round()
        readers = (Lecteur.of(monde), Lecteur.of(monde))
        for reader in readers:
            reader.read()
        yield Annee(monde, readers, pki, tmp_path / "cles")


@pytest.mark.timeout(900)  # 365 days of real signatures: a minute and a half on two idle cores
def test_a_year_of_publication(annee: Annee) -> None:
    _two_changes_of_signer(annee)
    _a_stolen_signer(annee)
    _a_lost_key_of_the_head(annee)
    _two_truths(annee)
    _a_freeze(annee)
    _the_end(annee)


def _two_changes_of_signer(annee: Annee) -> None:
    seen = []
    for until in (90, 110, 190, 205):
        annee.live(until)
        seen.append(annee.signer.signer_not_after)
    ends = [certificate(one).not_valid_after_utc for one in annee.monde.settings.signers]
    assert seen == [ends[0], ends[1], ends[1], ends[2]]
    assert annee.follow() == []
    assert annee.readers[0].etat is EtatTete.CONFIRMEE
    announced = {one.dn for one in annee.readers[0].tete.current.tete.signataires}  # type: ignore[union-attr]
    assert len(announced) == 2


def _a_stolen_signer(annee: Annee) -> None:
    """The key in service is stolen on day 230: a forged list, the revocation, the emergency signer."""
    annee.live(229)
    monde, stolen = annee.monde, annee.monde.settings.signers[2]
    monde.time.now = after(229.5)
    held = monde.liste()
    forged = _forge(held, stolen, monde.time.now)
    with pytest.raises(TeteRefused):  # the log does not know this list: same second, other bytes
        annee.readers[0].read_list(_forge(held, stolen, annee.signer.signing_time))
    annee.pki.revoke(certificate(stolen).serial_number, monde.time.now)
    annee.readers[0].try_to_read()
    assert {code for _, code in annee.follow()} == {"liste_blanche.certificat_revoque"}
    with pytest.raises(Exception, match="révoqué"):
        annee.readers[0].read_list(forged)
    monde.publish()
    assert [one.code for one in open_alarms() if one.objet == "publication"] == ["liste_blanche.certificat_revoque"]
    secours = monde.settings.signers[3].model_copy(update={"since": monde.time.now})
    monde.renew(next_signers=(*monde.settings.next_signers[:2], secours))
    monde.publish()
    monde.round()
    annee.follow()
    annee.live(240)
    assert annee.follow() == []
    assert "SECOURS" in str(annee.signer.signer)
    assert [one for one in open_alarms() if one.objet == "publication"] == []


def _a_lost_key_of_the_head(annee: Annee) -> None:
    """On day 260 the key of the signataire is lost: the spare one signs by hand, then a new set takes over."""
    annee.live(260)
    monde = annee.monde
    monde.renew(tete=monde.tete.model_copy(update={"signataire": {}}))
    monde.time.now = after(260.4)
    monde.publish()
    monde.round()
    assert tetes.en_attente() is not None
    for reader in annee.readers:
        reader.try_to_read()
    assert annee.follow() == []
    assert annee.readers[0].etat is EtatTete.EN_ATTENTE  # a list newer than its head is believed
    _spare_signs(annee)
    private, public = new_key(annee.keys, "signataire-2")
    keys = {"signataire-2": public, "temoin": monde.tete.cles["temoin"], "secours": monde.tete.cles["secours"]}
    monde.renew(tete=monde.tete.model_copy(update={"cles": keys, "signataire": {"signataire-2": private}}))
    monde.time.now += timedelta(minutes=2)
    monde.round()
    if tetes.en_attente() is not None:
        _spare_signs(annee)  # the old set needs two of its keys: the témoin's and the spare one
    for reader in annee.readers:
        reader.try_to_read()
    annee.live(290)
    assert annee.follow() == []
    assert annee.readers[0].tete.current.signed_by == {"signataire-2", "temoin"}  # type: ignore[union-attr]


def _spare_signs(annee: Annee) -> None:
    waiting = tetes.en_attente()
    assert waiting is not None
    spare = ClePrivee.from_pem("secours", read_secret(annee.keys / "secours.key").reveal().encode())
    deposit(sign_payload(bytes(waiting.charge), spare), auteur="agent", now=annee.monde.time.now)
    annee.monde.signataire()


def _two_truths(annee: Annee) -> None:
    """On day 300 whoever holds the keys tells the second gateway another list under the same number."""
    annee.live(299)
    monde, (first, second) = annee.monde, annee.readers
    annee.live(300)
    true = tetes.current()
    assert true is not None
    lie, head = _twin(annee, true)
    victim = Lecteur.of(monde)
    victim.read_head(head)
    victim.read_list(lie)
    assert victim.etat is EtatTete.CONFIRMEE  # alone, it cannot know
    mine, other = first.tete.memory.repere, victim.tete.memory.repere
    assert mine is not None
    assert other is not None
    found = compare({"A": mine, "B": other})
    assert [(one.contradiction, one.premiers, one.seconds) for one in found] == [(Contradiction.NUMERO, ("A",), ("B",))]
    with pytest.raises(TeteRefused):
        second.read_head(head)
    assert second.etat is EtatTete.EQUIVOQUE
    assert second.trusted.liste.require().sha256 == true_list(monde)  # it stays on the first truth
    second.tete.acknowledge_equivoque()


def _a_freeze(annee: Annee) -> None:
    """From day 320 a mirror gives the first gateway the same files for three days."""
    annee.live(320)
    frozen, other = annee.readers
    kept = annee.monde.folder.with_name("gelee")
    shutil.copytree(annee.monde.folder, kept)
    states = []
    for hours in (12, 34, 38, 72, 100):
        annee.monde.time.now = after(320) + timedelta(hours=hours)
        annee.pki.renew_crls(annee.monde.time.now)
        annee.monde.round()
        other.read()
        frozen.read_list((kept / "liste-blanche.xml").read_bytes())
        states.append((frozen.etat is EtatTete.EN_RETARD, frozen.freshness.alarm))
        assert other.etat is EtatTete.CONFIRMEE
    assert states == [(False, False), (False, False), (True, True), (True, True), (True, True)]
    assert frozen.freshness is Freshness.STALE_DEGRADED
    shutil.rmtree(kept)
    annee.day = 325
    annee.monde.time.now = after(325)
    annee.live(326)
    assert frozen.etat is EtatTete.CONFIRMEE


def _the_end(annee: Annee) -> None:
    monde = annee.monde
    db = "db3.1.mesimagesmedicales.fr"
    actions.exclude_and_publish(db, Motif.SANCTION, auteur="agent", now=monde.time.now)
    monde.round()
    annee.live(DAYS)
    assert annee.follow() == []
    assert not annee.signer.find(db)
    dates = list(Publication.objects.filter(etat="publiee").order_by("sequence").values_list("date_generation", flat=True))
    assert dates == sorted(set(dates))
    assert len(dates) >= DAYS
    assert tetes.taille() == len(dates) == queries.current().sequence  # type: ignore[union-attr]
    assert annee.readers[0].trusted.liste.require().sha256 == true_list(monde)


def true_list(monde: Editeur) -> str:
    return hashlib.sha256(monde.liste()).hexdigest()


def _forge(held: bytes, signer: Signer, at: datetime) -> bytes:
    """Sign, with a stolen key, the rows in force but for one that names the thief."""
    rows = read_unverified(held).domaines
    thief = replace(rows[0], dn_certificat_operateur=dn("db1.666.mesimagesmedicales.fr"))
    assert signer.key is not None
    key = SigningKey.from_pem(signer.certificate.read_bytes(), signer.key.read_bytes(), signer.chain.read_bytes() if signer.chain else b"")
    return sign(Brouillon((thief, *rows[1:]), at.replace(microsecond=0)), key, signing_time=at.replace(microsecond=0))


def _twin(annee: Annee, true: Any) -> tuple[bytes, bytes]:
    """Make another list under the same number, and the head that names it, with every key in the wrong hands."""
    monde, honest = annee.monde, content(true)
    lie = _forge(monde.liste(), monde.settings.signers[3], honest.signing_time)
    leaf = Feuille(honest.sequence, hashlib.sha256(lie).hexdigest(), honest.date_generation, honest.signing_time)
    log = NoeudsEnMemoire()
    for known in tetes.leaf_hashes(honest.taille - 1):
        log.append(known)
    log.append(leaf.hash)
    size = honest.taille
    head = replace(
        honest,
        sha256=leaf.sha256,
        length=len(lie),
        racine=merkle.root(log, size),
        inclusion=merkle.inclusion_path(log, size - 1, size),
    )
    payload = payload_of(head)
    files = {**monde.tete.signataire, **monde.tete.temoin}
    keys = [ClePrivee.from_pem(name, read_secret(path).reveal().encode()) for name, path in files.items()]
    return lie, assemble(payload, [sign_payload(payload, key) for key in keys])
