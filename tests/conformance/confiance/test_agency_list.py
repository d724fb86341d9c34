# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The lists and signatures that the agency published."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from confiance.cli import main
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import AGENCE_SIGNER, Anchors, Policy, Severity, lint, read_unverified, verify
from confiance.refusals import CertificatExpire, EmpreinteDocument, NonSignee, RevocationInconnue, SignataireInconnu
from confiance.xades import properties, signed_info
from confiance.xades.envelope import take_apart
from confiance.xades.names import Shape
from confiance.xades.verify import check_properties, check_value, identify

pytestmark = pytest.mark.donnees
DAY_OF_SIGNING = datetime(2024, 7, 12, 12, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy(shared_data: Path) -> Policy:
    anchors = Anchors.from_directory(shared_data / "igc-sante-test")
    return Policy(anchors, frozenset({AGENCE_SIGNER}), revocation="soft")


@pytest.fixture(scope="module")
def genuine(shared_data: Path) -> bytes:
    return (shared_data / "liste-blanche" / "LISTEBLANCHE_DRIM-M_TEST_SIGNEE.xml").read_bytes()


def test_the_genuine_list_verifies_on_the_day_of_its_signing(genuine: bytes, policy: Policy) -> None:
    liste = verify(genuine, policy, at=DAY_OF_SIGNING)
    assert len(liste.domaines) == 6
    assert liste.signer == AGENCE_SIGNER
    assert liste.signing_time == datetime(2024, 7, 12, 5, 37, 19, tzinfo=UTC)
    assert liste.date_generation == datetime(2024, 4, 22, 11, 8, 12, tzinfo=UTC)
    assert not liste.revocation_checked
    fields = ("Identifiant", "db", "vi", "Denomination", "DNCertificatOperateur", "SupportContact")
    seen_by_lxml = [tuple(row.findtext(f"{{*}}{name}") for name in fields) for row in etree.fromstring(genuine).iterfind(".//{*}Domaine")]
    assert seen_by_lxml == [
        (d.identifiant, d.db, d.vi, d.denomination, d.dn_certificat_operateur, d.support_contact) for d in liste.domaines
    ]
    (row,) = liste.find("db2.867.mesimagesmedicales.fr")
    assert row.vi == "vi2.867.mesimagesmedicales.fr"
    assert liste.dns(row.db) == {
        DistinguishedName.parse("CN=db2.867.mesimagesmedicales.fr, OU=31954523700765, O=editeur, ST=Lyon(69), C=FR")
    }


def test_the_genuine_list_is_refused_today_for_its_expired_signer(genuine: bytes, policy: Policy) -> None:
    with pytest.raises(CertificatExpire) as refusal:
        verify(genuine, policy, at=TODAY)
    assert refusal.value.code == "liste_blanche.certificat_expire"


def test_the_hard_policy_asks_for_crls(genuine: bytes, policy: Policy) -> None:
    with pytest.raises(RevocationInconnue):
        verify(genuine, Policy(policy.anchors, policy.signers), at=DAY_OF_SIGNING)


def test_the_official_negative_case_is_refused(shared_data: Path, policy: Policy) -> None:
    unsigned = (shared_data / "liste-blanche" / "LISTEBLANCHE_DRIM-M_NONSIGNEE_TEST_.xml").read_bytes()
    with pytest.raises(NonSignee):
        verify(unsigned, policy, at=DAY_OF_SIGNING)


def test_one_byte_changed_is_refused(genuine: bytes, policy: Policy) -> None:
    with pytest.raises(EmpreinteDocument):
        verify(genuine.replace(b"db1.111.", b"db1.113.", 1), policy, at=DAY_OF_SIGNING)


def test_another_pinned_signer_is_refused(genuine: bytes, policy: Policy) -> None:
    with pytest.raises(SignataireInconnu):
        verify(genuine, Policy(policy.anchors, frozenset({DistinguishedName.parse("CN=Autre")}), "soft"), at=DAY_OF_SIGNING)


def test_known_faults_of_the_genuine_content_are_reported(genuine: bytes, policy: Policy) -> None:
    findings = lint(verify(genuine, policy, at=DAY_OF_SIGNING))
    assert {f.row for f in findings if f.code == "lint.vi_service"} == {2, 3}
    assert any(f.code == "lint.identifiant_repete" for f in findings)
    assert any(f.severity is Severity.ERREUR for f in findings)


def test_signed_and_unsigned_twins_hold_rows(genuine: bytes, shared_data: Path) -> None:
    assert len(read_unverified(genuine).domaines) == 6
    assert read_unverified((shared_data / "liste-blanche" / "LISTEBLANCHE_DRIM-M_NONSIGNEE_TEST_.xml").read_bytes()).domaines


def test_the_signature_of_14_september_2026_is_of_a_known_shape(shared_data: Path, policy: Policy) -> None:
    """Only the element was kept: signer, value, signed properties and binding are checked, not the list."""
    element = etree.fromstring((shared_data / "liste-blanche" / "SIGNATURE_ELEMENT_2026-09-14.xml").read_bytes())
    envelope = take_apart(element, max_certificates=6)
    info = signed_info.read(envelope.signed_info)
    path = identify(envelope, policy.signers, policy.anchors)
    check_value(envelope, info, path.leaf)
    check_properties(envelope, info)
    assert info.shape is Shape.ENVELOPED
    signing_time = properties.check_binding(envelope.properties, path.leaf, info.document_id)
    assert signing_time == datetime(2026, 9, 14, 13, 40, 59, tzinfo=UTC)


def test_the_command_says_the_same(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    liste = str(shared_data / "liste-blanche" / "LISTEBLANCHE_DRIM-M_TEST_SIGNEE.xml")
    trust = ["--anchors", str(shared_data / "igc-sante-test"), "--json"]
    assert main(["verify", liste, *trust, "--at", "2024-07-12"]) == 0
    assert json.loads(capsys.readouterr().out)["domaines"] == 6
    assert main(["verify", liste, *trust]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "liste_blanche.certificat_expire"
    assert main(["find", liste, "db1.111.mesimagesmedicales.fr", *trust, "--at", "2024-07-12"]) == 0
