# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from banc.pki import Issued, MarketPlan, OrganisationPlan, Pki, PkiError, PkiPlan, build

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DB_A, DB_B = "db1.1.mesimagesmedicales.fr", "db1.2.mesimagesmedicales.fr"
PLAN = PkiPlan.of_mesh(
    {
        "a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), (DB_A,)),
        "b": (OrganisationPlan("b", "BANC-DRIMM OPERATEUR B", "300000000300027"), (DB_B,)),
    },
    servers=("dmp.banc.test",),
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PLAN, NOW)


@pytest.fixture
def own_pki(tmp_path: Path) -> Pki:
    return build(tmp_path, PLAN, NOW)


def crl(path: Path) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(path.read_bytes())


Extension = TypeVar("Extension", bound=x509.ExtensionType)


def extension(issued: Issued, kind: type[Extension]) -> Extension:
    return issued.load().extensions.get_extension_for_class(kind).value


def usages(issued: Issued) -> set[str]:
    usage = extension(issued, x509.KeyUsage)
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    return {name for name in names if getattr(usage, name)}


def test_serv_ssl_serves_and_calls_and_carries_its_name(pki: Pki) -> None:
    issued = pki.serv_ssl(DB_A)
    assert usages(issued) == {"digital_signature", "key_encipherment"}
    assert set(extension(issued, x509.ExtendedKeyUsage)) == {Eku.SERVER_AUTH, Eku.CLIENT_AUTH}
    assert extension(issued, x509.SubjectAlternativeName).get_values_for_type(x509.DNSName) == [DB_A]


def test_auth_cli_only_calls_and_has_no_alternative_name(pki: Pki) -> None:
    issued = pki.auth_cli("a")
    assert usages(issued) == {"digital_signature"}
    assert list(extension(issued, x509.ExtendedKeyUsage)) == [Eku.CLIENT_AUTH]
    with pytest.raises(x509.ExtensionNotFound):
        extension(issued, x509.SubjectAlternativeName)


def test_sign_only_signs_and_has_no_alternative_name(pki: Pki) -> None:
    issued = pki.sign("a")
    assert usages(issued) == {"digital_signature", "content_commitment"}
    assert list(extension(issued, x509.ExtendedKeyUsage)) == [Eku.EMAIL_PROTECTION]
    with pytest.raises(x509.ExtensionNotFound):
        extension(issued, x509.SubjectAlternativeName)


def test_market_certificate_only_serves_and_has_the_name_browsers_of_this_machine_use(pki: Pki) -> None:
    issued = pki.market("vi1.1.mesimagesmedicales.fr")
    assert list(extension(issued, x509.ExtendedKeyUsage)) == [Eku.SERVER_AUTH]
    names = extension(issued, x509.SubjectAlternativeName).get_values_for_type(x509.DNSName)
    assert names == ["vi1.1.mesimagesmedicales.fr", "vi1.1.drimm.localhost"]
    life = issued.load().not_valid_after_utc - issued.load().not_valid_before_utc
    assert life < timedelta(days=200)


def test_dn_is_written_as_the_liste_blanche_writes_it(pki: Pki) -> None:
    assert str(pki.serv_ssl(DB_A).dn) == f"CN={DB_A},OU=300000000300019,O=BANC-DRIMM OPERATEUR A,ST=Paris (75),C=FR"
    assert str(pki.list_signer.dn).startswith("CN=Liste Blanche DRIM-M,OU=3")


def test_other_signer_has_the_cn_of_the_list_signer_and_another_dn(pki: Pki) -> None:
    assert pki.other_signer.dn.get("CN") == pki.list_signer.dn.get("CN")
    assert pki.other_signer.dn != pki.list_signer.dn


def test_authorities_are_a_root_and_one_that_may_only_issue_leaves(pki: Pki) -> None:
    root, intermediate = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (pki.root, pki.intermediate))
    root.verify_directly_issued_by(root)
    intermediate.verify_directly_issued_by(root)
    pki.serv_ssl(DB_A).load().verify_directly_issued_by(intermediate)
    assert intermediate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_no_name_of_the_agency_is_used(pki: Pki) -> None:
    for path in pki.folder.rglob("*.pem"):
        for certificate in x509.load_pem_x509_certificates(path.read_bytes()):
            assert "ASIP" not in certificate.issuer.rfc4514_string()
            assert "BANC" in certificate.issuer.rfc4514_string()


@pytest.mark.donnees
@pytest.mark.parametrize(
    ("genuine", "ours"),
    [
        ("liste-blanche-signer-test-2026.pem", "issued/sign/administrateur.pem"),
        ("org-sign-DRIMbox-test-expired.pem", "issued/sign/a.pem"),
        ("test-ac-elementaire-organisations.pem", "anchors/ac-organisations.pem"),
        ("test-racine-elementaire.pem", "anchors/racine.pem"),
    ],
)
def test_extensions_and_name_shape_are_those_of_the_genuine_certificates(pki: Pki, shared_data: Path, genuine: str, ours: str) -> None:
    theirs = x509.load_pem_x509_certificate((shared_data / "igc-sante-test" / genuine).read_bytes())
    mine = x509.load_pem_x509_certificates((pki.folder / ours).read_bytes())[0]
    assert {(e.oid.dotted_string, e.critical) for e in mine.extensions} == {(e.oid.dotted_string, e.critical) for e in theirs.extensions}
    assert [attribute.oid for attribute in mine.subject] == [attribute.oid for attribute in theirs.subject]
    for kind in (x509.KeyUsage, x509.BasicConstraints):
        assert mine.extensions.get_extension_for_class(kind).value == theirs.extensions.get_extension_for_class(kind).value


def test_keys_are_readable_by_their_owner_only(pki: Pki) -> None:
    keys = list(pki.folder.rglob("*.key"))
    assert len(keys) > 10
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_manifest_names_existing_files(pki: Pki) -> None:
    manifest = json.loads((pki.folder / "manifest.json").read_bytes())
    for kind in ("serv_ssl", "auth_cli", "sign", "market", "revoked", "expired", "foreign"):
        assert manifest[kind]
        for places in manifest[kind].values():
            assert (pki.folder / places["certificate"]).is_file()
            assert (pki.folder / places["key"]).is_file()


def test_misfits_carry_the_subject_of_a_good_certificate(pki: Pki) -> None:
    for misfits in (pki.revoked, pki.expired, pki.foreign):
        assert misfits.serv_ssl.dn == pki.serv_ssl(DB_A).dn
        assert misfits.auth_cli.dn == pki.auth_cli("a").dn
        assert misfits.sign.dn == pki.sign("a").dn


def test_expired_misfits_are_over_and_were_issued_by_the_right_authority(pki: Pki) -> None:
    intermediate = x509.load_pem_x509_certificate(pki.intermediate.read_bytes())
    for issued in (pki.expired.serv_ssl, pki.expired.auth_cli, pki.expired.sign):
        assert issued.load().not_valid_after_utc < NOW
        issued.load().verify_directly_issued_by(intermediate)


def test_revoked_misfits_and_nobody_else_are_in_the_crl(pki: Pki) -> None:
    kept = crl(pki.anchors_dir / "ac-organisations.crl")
    misfits = {pki.revoked.serv_ssl.serial, pki.revoked.auth_cli.serial, pki.revoked.sign.serial}
    assert {entry.serial_number for entry in kept} == misfits
    assert list(crl(pki.anchors_dir / "racine.crl")) == []


def test_revoke_publishes_a_crl_with_a_higher_number(own_pki: Pki) -> None:
    path = own_pki.anchors_dir / "ac-organisations.crl"
    before = crl(path)
    own_pki.revoke(own_pki.serv_ssl(DB_B).serial, NOW)
    after = crl(path)
    assert after.get_revoked_certificate_by_serial_number(own_pki.serv_ssl(DB_B).serial) is not None
    assert len(after) == len(before) + 1
    numbers = [c.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for c in (before, after)]
    assert numbers[1] == numbers[0] + 1


def test_revoking_the_authority_goes_to_the_crl_of_the_root(own_pki: Pki) -> None:
    serial = x509.load_pem_x509_certificate(own_pki.intermediate.read_bytes()).serial_number
    own_pki.revoke(serial, NOW)
    assert [entry.serial_number for entry in crl(own_pki.anchors_dir / "racine.crl")] == [serial]


def test_second_build_reuses_certificates_and_keeps_revocations(own_pki: Pki) -> None:
    own_pki.revoke(own_pki.serv_ssl(DB_B).serial, NOW)
    again = build(own_pki.folder, PLAN, NOW + timedelta(hours=3))
    assert again.serv_ssl(DB_A).serial == own_pki.serv_ssl(DB_A).serial
    kept = crl(again.anchors_dir / "ac-organisations.crl")
    assert kept.get_revoked_certificate_by_serial_number(own_pki.serv_ssl(DB_B).serial) is not None


def test_second_build_renews_a_crl_that_does_not_cover_the_next_day(own_pki: Pki) -> None:
    later = NOW + timedelta(days=5, hours=12)
    again = build(own_pki.folder, PLAN, later)
    assert again.serv_ssl(DB_A).serial == own_pki.serv_ssl(DB_A).serial
    for name in ("racine.crl", "ac-organisations.crl"):
        end = crl(again.anchors_dir / name).next_update_utc
        assert end is not None
        assert end > later + timedelta(days=1)


def test_build_starts_again_when_less_than_a_day_is_left(own_pki: Pki) -> None:
    first = own_pki.serv_ssl(DB_A).serial
    again = build(own_pki.folder, PLAN, NOW + timedelta(days=89, hours=12))
    assert again.serv_ssl(DB_A).serial != first


def test_build_starts_again_for_another_plan(own_pki: Pki) -> None:
    first = own_pki.serv_ssl(DB_A).serial
    again = build(own_pki.folder, PkiPlan(organisations=PLAN.organisations, drimboxes=PLAN.drimboxes[:1]), NOW)
    assert again.serv_ssl(DB_A).serial != first
    with pytest.raises(PkiError, match=DB_B):
        again.serv_ssl(DB_B)


def test_build_starts_again_after_an_unfinished_one(own_pki: Pki) -> None:
    (own_pki.folder / "manifest.json").write_text("{")
    build(own_pki.folder, PLAN, NOW).serv_ssl(DB_A).load()


def test_certificates_asked_later_are_found_again(own_pki: Pki) -> None:
    own_pki.issue_serv_ssl("db2.1.mesimagesmedicales.fr", "a", NOW)
    own_pki.issue_market(MarketPlan("espace.banc.test", also=("localhost",)), NOW)
    again = build(own_pki.folder, PLAN, NOW)
    assert again.serv_ssl("db2.1.mesimagesmedicales.fr").dn.get("O") == "BANC-DRIMM OPERATEUR A"
    assert again.market("espace.banc.test").load().subject == own_pki.market("espace.banc.test").load().subject


def test_unknown_name_is_an_error_that_names_it(pki: Pki) -> None:
    with pytest.raises(PkiError, match=r"db7\.7"):
        pki.serv_ssl("db7.7.mesimagesmedicales.fr")


def test_chain_follows_the_certificate(pki: Pki) -> None:
    issued = pki.list_signer
    (authority,) = x509.load_pem_x509_certificates(issued.chain_pem())
    assert x509.load_pem_x509_certificate(issued.leaf_pem()) == issued.load()
    issued.load().verify_directly_issued_by(authority)
