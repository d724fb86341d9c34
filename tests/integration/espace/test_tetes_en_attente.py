# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Heads that wait for the témoin: later ones follow from them, their CRLs stay, and only true signatures count."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import DatabaseError

from espace.tete import queries
from espace.tete.composition import content
from espace.tete.crls import copies
from espace.tete.errors import TemoinRefuse, TemoinSansMemoire
from espace.tete.models import SignatureTete, Tete
from tests.espace_donnees import integrate
from tests.espace_tetes import Editeur, Lecteur, editeur, head_settings

NOW = datetime.now(UTC)


@pytest.fixture
def monde(espace: Any, tmp_path: Path) -> Editeur:
    """A publisher of heads with two rows in its Registre."""
    integrate(2, now=NOW)
    return editeur(espace, NOW, tete=head_settings(tmp_path / "cles"))


def waiting() -> Tete:
    found = queries.en_attente()
    assert found is not None
    return found


def public_crls(monde: Editeur) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in (monde.folder / "crl").glob("*.crl")}


def claim(tete: Tete, cle: str) -> SignatureTete:
    return SignatureTete.objects.create(tete=tete, cle=cle, protegee="e30", valeur=b"\0" * 64, faite_le=NOW, auteur="temoin")


def test_a_list_published_while_the_temoin_signs_leaves_a_head_that_it_signs_next(monde: Editeur, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Lecteur.of(monde)
    monde.publish()
    monde.round()
    reader.read()
    monde.time.sleep(10)
    monde.publish()
    monde.signataire()
    second = waiting()
    monde.time.sleep(5)
    monde.publish()
    monde.signataire()
    with monkeypatch.context() as late:
        late.setattr(queries, "en_attente", lambda: second)  # what the témoin read before the third head was made
        assert monde.temoin()
    assert content(waiting()).previous == second.sha256
    monde.time.sleep(60)
    monde.round()
    assert queries.en_attente() is None
    reader.read()
    assert reader.tete.current is not None
    assert (reader.tete.current.tete.numero, reader.tete.current.tete.taille) == (3, 3)


def test_a_first_head_that_was_never_signed_does_not_prevent_the_next_one(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    monde.time.sleep(timedelta(hours=40).total_seconds())
    assert waiting().next_update < monde.time.now
    monde.round()
    current = queries.current()
    assert current is not None
    assert current.numero == 2
    reader = Lecteur.of(monde)
    reader.read()
    assert reader.refused == []


def test_a_head_signed_late_still_finds_the_crls_that_it_names(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    named = {one.sha256 for one in content(waiting()).crls}
    assert named <= public_crls(monde)
    monde.espace.pki.renew_crls(NOW + timedelta(seconds=30))
    monde.time.sleep(30)
    assert monde.temoin()
    with monde.espace.role("signataire"):
        monde.etabli.turn()
    assert monde.head()
    assert {one.sha256 for one in content(queries.heads().defer(None).get(numero=1)).crls} == named <= public_crls(monde)


def test_an_authority_of_two_keys_keeps_two_crls_and_the_temoin_knows_both(monde: Editeur) -> None:
    (old,) = [copie for copie in copies(monde.settings) if "RACINE" in copie.nommee.issuer.upper()][:1]
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateRevocationListBuilder().issuer_name(x509.load_der_x509_crl(old.der).issuer)
    builder = builder.last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=90))
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    other = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    (monde.settings.anchors / "renouvelee.crl").write_bytes(other)
    found = [copie.der for copie in copies(monde.settings) if copie.nommee.issuer == old.nommee.issuer]
    assert sorted(found) == sorted([old.der, other])
    monde.publish()
    monde.round()
    assert queries.en_attente() is None
    assert {hashlib.sha256(der).hexdigest() for der in found} <= public_crls(monde)


def test_the_temoin_signs_no_head_that_names_a_crl_it_does_not_have(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    monde.espace.pki.renew_crls(NOW - timedelta(hours=1), life=timedelta(days=1))
    with pytest.raises(TemoinRefuse, match="CRL"):
        monde.temoin()


def test_no_other_role_speaks_for_the_temoin_nor_the_temoin_for_others(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    for role in ("pages", "signataire"):
        with monde.espace.role(role), pytest.raises(DatabaseError, match="ne peut pas ajouter"):
            claim(waiting(), "temoin")
    with monde.espace.role("temoin"), pytest.raises(DatabaseError, match="ne peut pas ajouter"):
        SignatureTete.objects.create(tete=waiting(), cle="temoin", protegee="e30", valeur=b"\0" * 64, faite_le=NOW, auteur="signataire")


def test_a_false_signature_said_of_the_temoin_does_not_stop_its_first_one(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    with monde.espace.role("proprietaire"):  # no process may
        claim(waiting(), "temoin")
    assert monde.temoin()


def test_a_true_signature_under_another_name_shows_that_the_temoin_signed_before(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    first = waiting()
    assert monde.temoin()
    true = SignatureTete.objects.get(tete=first, cle="temoin")
    monde.espace.sql("DROP TRIGGER tete_signaturetete_jamais_change ON tete_signaturetete")
    monde.espace.sql("UPDATE tete_signaturetete SET auteur = 'agent' WHERE id = %s", true.pk)
    monde.signataire()
    monde.tete.temoin_etat.unlink()
    monde.time.sleep(60)
    monde.publish()
    monde.signataire()
    with pytest.raises(TemoinSansMemoire):
        monde.temoin()


def test_a_reader_away_for_many_lists_finds_its_proof_in_the_folder(monde: Editeur) -> None:
    reader = Lecteur.of(monde)
    monde.publish()
    monde.round()
    reader.read()
    for _ in range(10):
        monde.time.sleep(60)
        monde.publish()
        monde.round()
    reader.read()
    assert {path.name for path in (monde.folder / "journal/consistance").glob("*-11.json")} == {f"{size}-11.json" for size in range(1, 11)}
