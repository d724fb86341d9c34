# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from banc.attaques import autorite
from banc.attaques.retouche import DS, after_signature, rewrite, swap
from banc.attaques.terrain import NOW, SIGNING_TIME, Terrain, forge, make_terrain, signer_wish, signing_key
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Anchors, Brouillon, ListeBlanche, NaiveTime, Shape, sign, verify
from confiance.liste_blanche.model import Provenance
from confiance.refusals import CertificatExpire


@pytest.mark.parametrize("shape", list(Shape))
def test_the_three_shapes_give_the_same_entries(terrain: Terrain, shape: Shape) -> None:
    data = sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape)
    liste = verify(data, terrain.policy, at=NOW)
    assert liste.domaines == terrain.brouillon.domaines
    assert liste.date_generation == terrain.brouillon.date_generation
    assert liste.signing_time == SIGNING_TIME
    assert liste.revocation_checked


def test_what_was_checked_is_told(terrain: Terrain) -> None:
    liste = verify(terrain.data, terrain.policy, at=NOW)
    assert liste.signer == DistinguishedName.from_certificate(terrain.key.certificate)
    assert liste.signer_not_after == terrain.key.certificate.not_valid_after_utc
    assert (liste.namespace, liste.version_format) == (terrain.brouillon.namespace, "1.0.0")
    assert liste.provenance.sha256 == liste.sha256
    assert re.fullmatch("[0-9a-f]{64}", liste.body_sha256)
    assert repr(liste).startswith("ListeBlanche(12 domaines")


@pytest.mark.parametrize("shape", [Shape.FILTER2, Shape.ENVELOPED])
def test_an_old_signing_certificate_property_is_read(terrain: Terrain, shape: Shape) -> None:
    issuer = terrain.ca.name.rfc4514_string().replace(",", ", ")
    numbers = (
        f"<ds:X509IssuerName{DS}>{issuer}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber{DS}>{terrain.key.certificate.serial_number}</ds:X509SerialNumber>"
    )

    def to_v1(text: str) -> str:
        text = text.replace("SigningCertificateV2", "SigningCertificate")
        text = rewrite(text, "<xades:IssuerSerialV2>.*</xades:IssuerSerialV2>", f"<xades:IssuerSerial>{numbers}</xades:IssuerSerial>")
        return rewrite(text, "<xades:DataObjectFormat.*</xades:DataObjectFormat>", "")

    assert len(verify(forge(terrain, shape=shape, edit_properties=to_v1), terrain.policy, at=NOW).domaines) == 12


def test_a_signing_certificate_without_serial_is_read(terrain: Terrain) -> None:
    data = forge(terrain, edit_properties=lambda text: rewrite(text, "<xades:IssuerSerialV2>.*</xades:IssuerSerialV2>", ""))
    assert verify(data, terrain.policy, at=NOW)


def test_signed_properties_beyond_the_required_ones_are_left_to_their_readers(terrain: Terrain) -> None:
    commitment = '<xades:CommitmentTypeIndication><x:Suite xmlns:x="urn:x"></x:Suite></xades:CommitmentTypeIndication>'
    data = forge(
        terrain,
        edit_properties=lambda text: swap(text, "</xades:SignedDataObjectProperties>", commitment + "</xades:SignedDataObjectProperties>"),
    )
    assert verify(data, terrain.policy, at=NOW)


def test_properties_without_data_object_part_are_read(terrain: Terrain) -> None:
    def drop(text: str) -> str:
        return rewrite(text, "<xades:SignedDataObjectProperties>.*</xades:SignedDataObjectProperties>", "")

    assert verify(forge(terrain, edit_properties=drop), terrain.policy, at=NOW)


def test_leaf_only_keyinfo_takes_the_intermediate_from_the_anchors(terrain: Terrain) -> None:
    assert verify(forge(terrain, key=replace(terrain.key, chain=())), terrain.policy, at=NOW)


def test_the_intermediate_of_keyinfo_serves_when_the_anchors_hold_only_roots(terrain: Terrain) -> None:
    anchors = Anchors(terrain.policy.anchors.roots, (), terrain.policy.anchors.crls)
    assert verify(terrain.data, replace(terrain.policy, anchors=anchors), at=NOW)


def test_a_right_subject_name_in_keyinfo_is_read(terrain: Terrain) -> None:
    name = str(DistinguishedName.from_certificate(terrain.key.certificate)).encode()
    data = swap(terrain.data, b"<ds:X509Data>", b"<ds:X509Data><ds:X509SubjectName>" + name + b"</ds:X509SubjectName>")
    assert verify(data, terrain.policy, at=NOW)


def test_several_signers_may_be_pinned_for_a_rollover(terrain: Terrain) -> None:
    other = autorite.leaf_name("Liste Blanche DRIM-M", "318751275100021", "AGENCE DU BANC")
    certificate = autorite.issue(signer_wish("other", other), terrain.ca.name, terrain.ca.key)
    data = forge(terrain, key=signing_key(certificate, "other", terrain.key.chain))
    signers = terrain.policy.signers | {DistinguishedName.from_certificate(certificate)}
    assert verify(data, replace(terrain.policy, signers=signers), at=NOW).signer.get("OU") == "318751275100021"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<db>db1.3.", b"<db>&#100;b1.3."),
        (b"</ListeBlancheDRIM-M>", b"</ListeBlancheDRIM-M >"),
        (b"<Domaine>", b"<Domaine >"),
        (b"<vi></vi>", b"<vi />"),
        (b"'Or (21)", b"&apos;Or (21)"),
        (
            b'xmlns="https://github.com/ansforge/DRIM-M_DATA" versionFormat="1.0.0"',
            b"versionFormat = '1.0.0'\n xmlns='https://github.com/ansforge/DRIM-M_DATA'",
        ),
        (b"<ListeBlancheDRIM-M ", b'<ListeBlancheDRIM-M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '),
        (b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>', b""),
        (b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>', b"<?xml version='1.0' encoding='utf-8'?>\n"),
    ],
)
def test_another_writing_of_the_same_document_is_canonicalised(terrain: Terrain, old: bytes, new: bytes) -> None:
    """What the XML parser sees has not changed, so neither has what was signed."""
    liste = verify(swap(terrain.data, old, new), terrain.policy, at=NOW)
    assert liste.domaines == terrain.brouillon.domaines


def test_crlf_and_self_closed_elements_are_canonicalised(terrain: Terrain) -> None:
    data = terrain.data.replace(b"\n", b"\r\n").replace(b"<vi></vi>", b"<vi/>")
    assert verify(data, terrain.policy, at=NOW).domaines == terrain.brouillon.domaines


def test_a_line_break_after_the_document_is_outside_the_signature(terrain: Terrain) -> None:
    assert verify(terrain.data + b"\n", terrain.policy, at=NOW)


def test_a_blank_after_the_signature_is_signed(terrain: Terrain) -> None:
    """The signature is left out, what follows it stays: the body then ends with that blank."""
    body = swap(terrain.body, b"\n</ListeBlancheDRIM-M>", b"\n  </ListeBlancheDRIM-M>")
    data = after_signature(swap(forge(terrain, body=body), b"\n  <ds:Signature", b"\n<ds:Signature"), b"  ")
    assert verify(data, terrain.policy, at=NOW)


def test_a_signature_in_another_layout_is_read(terrain: Terrain) -> None:
    """A list whose rows end otherwise is not cut but parsed whole."""
    data = swap(terrain.data, b"</ListeDomaines>", b"</ListeDomaines >")
    assert verify(data, terrain.policy, at=NOW).domaines == terrain.brouillon.domaines


def test_an_unprefixed_signature_is_read(terrain: Terrain) -> None:
    """As the list of 14 September 2026: the signature namespace is the default one."""

    def unprefix(text: str) -> str:
        return text.replace("<ds:", "<").replace("</ds:", "</").replace("xmlns:ds=", "xmlns=")

    data = forge(terrain, shape=Shape.ENVELOPED, edit_properties=unprefix, edit_info=unprefix, edit_signature=_unprefix_outside)
    assert verify(data, terrain.policy, at=NOW)


def _unprefix_outside(element: str) -> str:
    element = element.replace("<ds:", "<").replace("</ds:", "</").replace("xmlns:ds=", "xmlns=")
    return element.replace('<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">', "<SignedInfo>")


def test_a_contact_of_the_2024_format_is_read_and_not_kept(terrain: Terrain) -> None:
    contact = b"</DNCertificatOperateur><ResponsableContact>quelqu'un</ResponsableContact>"
    liste = verify(forge(terrain, body=terrain.body.replace(b"</DNCertificatOperateur>", contact)), terrain.policy, at=NOW)
    assert liste.domaines == terrain.brouillon.domaines


def test_a_certificate_without_name_beside_the_signers_is_nobody(terrain: Terrain) -> None:
    nameless = autorite.issue(replace(signer_wish("other"), subject=x509.Name([])), terrain.ca.name, terrain.ca.key)
    assert verify(forge(terrain, key=replace(terrain.key, chain=(nameless, *terrain.key.chain))), terrain.policy, at=NOW)


def test_an_empty_list_is_a_list(terrain: Terrain) -> None:
    data = sign(replace(terrain.brouillon, domaines=()), terrain.key, signing_time=SIGNING_TIME)
    assert verify(data, terrain.policy, at=NOW).domaines == ()


def test_a_longer_signature_digest_is_read(terrain: Terrain) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key = replace(terrain.key, rsa_sha256=lambda data: autorite.key("signer").sign(data, padding.PKCS1v15(), hashes.SHA512()))
    data = forge(terrain, key=key, edit_info=lambda info: swap(info, "rsa-sha256", "rsa-sha512"))
    assert verify(data, terrain.policy, at=NOW)


def test_a_clock_five_minutes_late_is_tolerated(terrain: Terrain) -> None:
    assert verify(forge(terrain, signing_time=NOW + timedelta(minutes=5)), terrain.policy, at=NOW)


def test_a_time_without_zone_is_our_fault(terrain: Terrain) -> None:
    with pytest.raises(NaiveTime):
        verify(terrain.data, terrain.policy, at=datetime(2026, 11, 1))  # noqa: DTZ001  # the fault under test


def test_the_soft_policy_says_that_revocation_was_not_checked(terrain: Terrain) -> None:
    liste = verify(terrain.data, terrain.with_crls(revocation="soft"), at=NOW)
    assert not liste.revocation_checked


def test_the_trusted_time_decides_not_the_clock(terrain: Terrain) -> None:
    with pytest.raises(CertificatExpire):
        verify(terrain.data, terrain.policy, at=terrain.key.certificate.not_valid_after_utc + timedelta(days=1))


def test_only_the_verifier_makes_a_list(terrain: Terrain) -> None:
    content = Brouillon((), NOW)
    signer = next(iter(terrain.policy.signers))
    with pytest.raises(TypeError):
        ListeBlanche(object(), content, Provenance(signer, NOW, NOW, "", "", revocation_checked=True))  # type: ignore[arg-type]


def test_lookups_find_rows_by_name_and_by_dn(terrain: Terrain) -> None:
    first = terrain.brouillon.domaines[0]
    second = replace(first, dn_certificat_operateur=first.dn_certificat_operateur.replace("OPERATEUR 1", "NOUVEAU"))
    broken = replace(terrain.brouillon.domaines[1], dn_certificat_operateur="illisible")
    draft = replace(terrain.brouillon, domaines=(first, second, broken))
    liste = verify(sign(draft, terrain.key, signing_time=SIGNING_TIME), terrain.policy, at=NOW)
    assert liste.find("DB1.1.MesImagesMedicales.fr") == (first, second)
    assert liste.find("db1.999.mesimagesmedicales.fr") == ()
    assert liste.dns(first.db) == {first.dn(), second.dn()}
    assert liste.dns(first.db) is liste.dns(first.db)
    assert liste.dns(broken.db) == frozenset()
    assert liste.dns("inconnu") == frozenset()
    dn = second.dn()
    assert dn is not None
    assert liste.holds_dn(dn)
    assert liste.domaines_of_dn(dn) == (second,)
    assert not liste.holds_dn(DistinguishedName.parse("CN=personne"))
    assert liste.domaines_of_dn(DistinguishedName.parse("CN=personne")) == ()
    assert liste.names == {first.db, broken.db}


def test_a_thousand_rows_are_read_in_order() -> None:
    large = make_terrain(1000)
    assert verify(large.data, large.policy, at=NOW).domaines == large.brouillon.domaines
