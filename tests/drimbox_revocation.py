# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A newer CRL of the authority of the banc, that its folder of anchors does not hold: only what a DRIMbox fetched revokes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from banc.pki import Pki
from tests.drimbox_env import Environment


def crl_that_revokes(pki: Pki, serial: int) -> x509.CertificateRevocationList:
    now = datetime.now(UTC)
    genuine = x509.load_der_x509_crl((pki.anchors_dir / "ac-organisations.crl").read_bytes())
    key = load_pem_private_key((pki.folder / "authorities/organisations.key").read_bytes(), None)
    assert genuine.next_update_utc is not None
    revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
    builder = x509.CertificateRevocationListBuilder(genuine.issuer, now, genuine.next_update_utc).add_revoked_certificate(revoked)
    return builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]  # an RSA key


@contextmanager
def folder_of_anchors(pki: Pki) -> Iterator[Callable[[int], None]]:
    """Give what puts in the folder of anchors, as a person does, a CRL that revokes a serial number; take it away at the end."""
    path = pki.anchors_dir / "aujourdhui.crl"

    def put(serial: int) -> None:
        aside = path.with_suffix(".new")  # in its place at once: one half written is unreadable
        aside.write_bytes(crl_that_revokes(pki, serial).public_bytes(Encoding.DER))
        aside.rename(path)

    try:
        yield put
    finally:
        path.unlink(missing_ok=True)


def keep_fetched(environment: Environment, crl: x509.CertificateRevocationList) -> None:
    """Write a CRL where the worker keeps those it fetched."""
    environment.sql(
        "INSERT INTO annuaire_liste_revocation (authority_spki, scope, issuer, der, sha256, number, this_update, url, received_at)"
        " VALUES (%s, '', '', %s, '', '', now(), '', now())",
        str(crl.issuer.public_bytes().hex()[:60]),
        crl.public_bytes(Encoding.DER),
    )
