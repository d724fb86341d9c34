# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""CRLs fetched with the list: verified under our authorities, never older than what is held, used for the list and for peers."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from django.conf import settings

from banc import pki as banc_pki
from confiance.certificates.crl import CrlRefused
from confiance.distinguished_name import DistinguishedName
from confiance.transparence import CrlNommee
from drimbox.socle.annuaire import crls, queries
from drimbox.socle.annuaire.actions import refresh, review
from drimbox.socle.annuaire.models import ListeRevocation, Miroir
from drimbox.socle.tls import CertificatRevoque, RevocationChecker
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.annuaire.site import Publicateur, Site, body, change, cut_short, dripping, endless, silent, tagged
from tests.integration.drimbox.partage.maille import Maille

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def igc(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> Iterator[banc_pki.Pki]:
    """A PKI of this test alone; the DRIMbox has its own copy of the folder of anchors, that of the authority moves on."""
    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.0)
    queries.forget()
    shutil.copytree(maille.pki.folder, maille.folder / "igc")
    made = banc_pki.build(maille.folder / "igc", maille.pki.plan, NOW)
    made.renew_crls(NOW)
    shutil.copytree(made.anchors_dir, maille.folder / "ours")
    ours = settings.DRIMBOX.liste_blanche.model_copy(update={"anchors": maille.folder / "ours"})
    tls = settings.DRIMBOX.tls.model_copy(update={"anchors": maille.folder / "ours"})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"liste_blanche": ours, "tls": tls}))
    yield made
    queries.forget()


@pytest.fixture
def addresses(igc: banc_pki.Pki, site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Both CRLs of the authority at their addresses."""
    change(monkeypatch, crl_urls=(site.url("racine.crl"), site.url("ac-organisations.crl")))
    serve(site, igc)
    return site


def serve(site: Site, igc: banc_pki.Pki) -> None:
    for name in ("racine.crl", "ac-organisations.crl"):
        site.files[name] = (igc.anchors_dir / name).read_bytes()


def codes() -> dict[str, str]:
    return {row.url.rpartition("/")[2]: row.code or row.result for row in Miroir.objects.filter(usage="crl")}


def checker() -> RevocationChecker:
    return RevocationChecker(settings.DRIMBOX.tls.anchors, queries.fetched_crls())


def test_a_signer_revoked_at_the_authority_is_refused_though_the_folder_was_not_touched(
    maille: Maille, igc: banc_pki.Pki, addresses: Site
) -> None:
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    assert refresh(NOW + MINUTE).ok
    igc.revoke(igc.list_signer.serial, NOW)
    serve(addresses, igc)
    assert refresh(NOW + 2 * MINUTE).code == "liste_blanche.certificat_revoque"
    assert codes() == {"racine.crl": "inchange", "ac-organisations.crl": "nouveau"}


def test_a_peer_revoked_at_the_authority_is_refused_by_the_checks_of_connections(
    maille: Maille, igc: banc_pki.Pki, addresses: Site
) -> None:
    peer = igc.serv_ssl(DB2)
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    refresh(NOW + MINUTE)
    checker().check(peer.load(), NOW + MINUTE)
    igc.revoke(peer.serial, NOW)
    serve(addresses, igc)
    refresh(NOW + 2 * MINUTE)
    with pytest.raises(CertificatRevoque):
        checker().check(peer.load(), NOW + 2 * MINUTE)


def test_a_crl_that_ends_in_the_folder_is_replaced_by_the_one_fetched_and_watched(
    maille: Maille, igc: banc_pki.Pki, addresses: Site
) -> None:
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    for name in ("racine.crl", "ac-organisations.crl"):
        (settings.DRIMBOX.liste_blanche.anchors / name).unlink()
    assert refresh(NOW + MINUTE).ok
    assert {state.fetched for state in queries.crl_states()} == {True}
    assert "crl" not in {alarme.code for alarme in queries.open_alarms()}
    review(NOW + timedelta(days=30))
    assert "crl" in {alarme.code for alarme in queries.open_alarms()}


def test_an_older_crl_never_comes_back(maille: Maille, igc: banc_pki.Pki, addresses: Site) -> None:
    old = dict(addresses.files)
    igc.revoke(igc.serv_ssl(DB2).serial, NOW + MINUTE)
    serve(addresses, igc)
    refresh(NOW + 2 * MINUTE)
    kept = set(ListeRevocation.objects.values_list("sha256", flat=True))
    addresses.files.update(old)
    refresh(NOW + 3 * MINUTE)
    assert codes()["ac-organisations.crl"] == "certificats.crl_refusee"
    assert set(ListeRevocation.objects.values_list("sha256", flat=True)) == kept


def foreign(igc: banc_pki.Pki, good: bytes) -> bytes:
    """The same CRL, signed by a stranger under the same name."""
    genuine = x509.load_der_x509_crl(good)
    key = load_pem_private_key((igc.folder / "authorities/etranger-racine.key").read_bytes(), None)
    builder = x509.CertificateRevocationListBuilder(genuine.issuer, NOW, NOW + timedelta(days=6))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]  # an RSA key


def of_the_future(igc: banc_pki.Pki, _good: bytes) -> bytes:
    igc.renew_crls(NOW + timedelta(days=2))
    return (igc.anchors_dir / "ac-organisations.crl").read_bytes()


HOSTILE: dict[str, Any] = {
    "absent": lambda _site, _igc, _good: body(b"", 404),
    "error": lambda _site, _igc, _good: body(b"", 500),
    "redirection": lambda site, _igc, _good: body(b"", 302, Location=site.url("racine.crl")),
    "truncated": lambda _site, _igc, good: cut_short(good),
    "half": lambda _site, _igc, good: good[: len(good) // 2],
    "altered": lambda _site, _igc, good: good[:-5] + bytes([good[-5] ^ 1]) + good[-4:],
    "empty": lambda _site, _igc, _good: b"",
    "page": lambda _site, _igc, _good: body(b"<html>", Content_Type="text/html"),
    "certificate": lambda _site, igc, _good: igc.root.read_bytes(),
    "compressed": lambda _site, _igc, good: body(good, Content_Encoding="gzip"),
    "too big": lambda _site, _igc, _good: b"x" * 300_000,
    "endless": lambda site, _igc, _good: endless(site.stop),
    "dripping": lambda site, _igc, _good: dripping(site.stop),
    "silent": lambda site, _igc, _good: silent(site.stop),
    "not modified": lambda _site, _igc, _good: body(b"", 304),
    "foreign": lambda _site, igc, good: foreign(igc, good),
    "future": lambda _site, igc, good: of_the_future(igc, good),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_bad_crl_replaces_nothing_and_holds_nothing_back(
    maille: Maille, igc: banc_pki.Pki, addresses: Site, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    change(monkeypatch, timeout=1.0, idle_seconds=0.4, max_crl_bytes=200_000)
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    refresh(NOW + MINUTE)
    kept = set(ListeRevocation.objects.values_list("sha256", flat=True))
    assert len(kept) == 2
    good = (igc.anchors_dir / "ac-organisations.crl").read_bytes()
    bad = HOSTILE[fault](addresses, igc, good)
    addresses.files["ac-organisations.crl"] = bad if callable(bad) else body(bad)
    Miroir.objects.filter(usage="crl").update(etag="")
    assert refresh(NOW + 2 * MINUTE).ok
    assert set(ListeRevocation.objects.values_list("sha256", flat=True)) == kept
    assert codes()["ac-organisations.crl"] in {"annuaire.adresse_injoignable", "annuaire.reponse_refusee", "annuaire.liste_trop_grosse",
                                               "certificats.crl_refusee"}  # fmt: skip


def test_the_crls_that_the_head_names_come_with_it(with_keys: Publicateur, igc: banc_pki.Pki) -> None:
    igc.revoke(igc.serv_ssl(DB2).serial, NOW)
    der = (igc.anchors_dir / "ac-organisations.crl").read_bytes()
    crl = x509.load_der_x509_crl(der)
    name, digest = DistinguishedName.from_name(crl.issuer), hashlib.sha256(der).hexdigest()
    assert crl.next_update_utc is not None
    with_keys.publish(DB, at=NOW, crls=(CrlNommee(str(name), digest, crl.next_update_utc),))
    with_keys.site.files[f"crl/{digest}.crl"] = der
    refresh(NOW + MINUTE)
    assert set(ListeRevocation.objects.values_list("sha256", flat=True)) == {digest}
    with pytest.raises(CertificatRevoque):
        checker().check(igc.serv_ssl(DB2).load(), NOW + MINUTE)
    with_keys.site.paths()
    refresh(NOW + 2 * MINUTE)
    assert f"crl/{digest}.crl" not in with_keys.site.paths()


def test_a_copy_that_is_not_what_the_head_names_is_left(with_keys: Publicateur, igc: banc_pki.Pki) -> None:
    der = (igc.anchors_dir / "racine.crl").read_bytes()
    name = str(DistinguishedName.from_name(x509.load_der_x509_crl(der).issuer))
    with_keys.publish(DB, at=NOW, crls=(CrlNommee(name, "0" * 64, NOW + timedelta(days=1)),))
    with_keys.site.files[f"crl/{'0' * 64}.crl"] = der
    assert refresh(NOW + MINUTE).ok
    assert not ListeRevocation.objects.exists()


def test_a_crl_older_than_the_one_the_head_names_is_refused_though_none_is_held(
    with_keys: Publicateur, igc: banc_pki.Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = with_keys.site
    change(monkeypatch, crl_urls=(site.url("ac-organisations.crl"),))
    old = (igc.anchors_dir / "ac-organisations.crl").read_bytes()
    igc.revoke(igc.serv_ssl(DB2).serial, NOW)
    new = (igc.anchors_dir / "ac-organisations.crl").read_bytes()
    with_keys.publish(DB, at=NOW, crls=(named(new),))
    site.files["ac-organisations.crl"] = body(b"", 404)
    refresh(NOW + MINUTE)
    assert not ListeRevocation.objects.exists()
    site.files["ac-organisations.crl"] = old
    refresh(NOW + 2 * MINUTE)
    assert codes() == {"ac-organisations.crl": "tete.crl_anterieure"}
    assert not ListeRevocation.objects.exists()
    site.files["ac-organisations.crl"] = new
    refresh(NOW + 3 * MINUTE)
    assert codes() == {"ac-organisations.crl": "nouveau"}


def named(der: bytes) -> CrlNommee:
    """What a head says of a CRL."""
    crl = x509.load_der_x509_crl(der)
    assert crl.next_update_utc is not None
    return CrlNommee(str(DistinguishedName.from_name(crl.issuer)), hashlib.sha256(der).hexdigest(), crl.next_update_utc)


@pytest.mark.parametrize("etag", [b'"\xff\xfe"', b'"\xc3\xa9"'])
def test_a_tag_of_bytes_that_cannot_be_kept_stops_no_pull(maille: Maille, igc: banc_pki.Pki, addresses: Site, etag: bytes) -> None:
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    addresses.files["racine.crl"] = tagged((igc.anchors_dir / "racine.crl").read_bytes(), etag)
    assert refresh(NOW + MINUTE).ok
    assert codes() == {"racine.crl": "nouveau", "ac-organisations.crl": "nouveau"}


def test_a_crl_that_breaks_our_own_reading_hides_no_other(maille: Maille, addresses: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    monkeypatch.setattr(crls, "authorities", once_broken(crls.authorities))
    assert refresh(NOW + MINUTE).ok
    assert codes() == {"racine.crl": "annuaire.reponse_imprevue", "ac-organisations.crl": "nouveau"}


def once_broken(function: Any) -> Any:
    """Fail as our own code may, the first time only."""
    faults: list[Exception] = [RecursionError()]

    def broken(*arguments: Any) -> Any:
        if faults:
            raise faults.pop()
        return function(*arguments)

    return broken


def test_what_is_kept_is_verified_again_by_who_uses_it(maille: Maille, igc: banc_pki.Pki, addresses: Site) -> None:
    addresses.files["liste-blanche.xml"] = maille.signed_list(DB, at=NOW)
    refresh(NOW + MINUTE)
    good = (igc.anchors_dir / "ac-organisations.crl").read_bytes()
    forged = foreign(igc, good)
    maille.environment.sql("UPDATE annuaire_liste_revocation SET der = %s", forged)
    queries.forget()
    checker().check(igc.serv_ssl(DB2).load(), NOW + MINUTE)  # the folder's own CRLs still clear it, the forged one says nothing
    assert {state.fetched for state in queries.crl_states()} == {False}


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x80", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", Path(__file__).read_bytes()]
)
def test_bytes_that_are_no_crl_are_refused_as_such(data: bytes) -> None:
    with pytest.raises(CrlRefused):
        crls.parse(data)
