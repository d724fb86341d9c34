# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat

from banc.attaques.publication import cle, trousseau_of
from confiance.transparence import ClePrivee, ClePublique, Trousseau, journal_id
from confiance.transparence.refusals import TeteClesInvalides

A, B, C = cle("a"), cle("b"), cle("c")


def _pem(key: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_a_key_signs_and_its_public_half_verifies() -> None:
    private, public = _pem(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    signs, checks = ClePrivee.from_pem("k1", private), ClePublique.from_pem("k1", public)
    assert signs.public == checks
    assert checks.verifies(b"data", signs.sign(b"data"))
    assert not checks.verifies(b"datb", signs.sign(b"data"))
    assert not checks.verifies(b"data", b"short")
    assert not A.public.verifies(b"data", signs.sign(b"data"))


def test_the_secret_is_not_shown() -> None:
    assert repr(A) == "ClePrivee(id='a')"


def test_anything_but_an_ed25519_key_in_pem_is_refused() -> None:
    private, public = _pem(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    other = generate_private_key(SECP256R1())
    locked = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    ec = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ed448 = Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (b"", b"x", public, locked, ec, ed448):
        with pytest.raises(TeteClesInvalides):
            ClePrivee.from_pem("k", pem)
    for pem in (b"", b"x", private, other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        with pytest.raises(TeteClesInvalides):
            ClePublique.from_pem("k", pem)
    for name in ("", "a b", "é", "a" * 65, ".a"):
        with pytest.raises(TeteClesInvalides):
            ClePrivee.from_pem(name, private)
        with pytest.raises(TeteClesInvalides):
            ClePublique.from_pem(name, public)


def test_a_threshold_out_of_reach_or_of_nothing_is_refused() -> None:
    for cles, seuil in (((), 0), ((), 1), ((A,), 0), ((A,), 2), ((A, B), 3), ((A, B), -1)):
        with pytest.raises(TeteClesInvalides):
            trousseau_of(cles, seuil)


def test_one_key_under_two_names_would_count_twice_and_is_refused() -> None:
    with pytest.raises(TeteClesInvalides):
        Trousseau.of((A.public, ClePublique("other", A.public.public_key)), 2)
    with pytest.raises(TeteClesInvalides):
        Trousseau.of((A.public, ClePublique("a", B.public.public_key)), 1)


def test_a_key_that_is_no_key_is_refused() -> None:
    for bad in (ClePublique("x", b"short"), ClePublique("x y", b"k" * 32)):
        with pytest.raises(TeteClesInvalides):
            Trousseau.of((bad,), 1)


def test_the_order_of_the_keys_changes_nothing() -> None:
    one, other = trousseau_of((A, B, C), 2), trousseau_of((C, A, B), 2)
    assert one == other
    assert one.empreinte == other.empreinte != trousseau_of((A, B, C), 3).empreinte
    assert journal_id(one) == journal_id(other) == journal_id(trousseau_of((A, B, C), 1)) != journal_id(trousseau_of((A, B), 2))
    assert one.find("b") == B.public
    assert one.find("d") is None


def test_sixteen_keys_are_enough() -> None:
    many = [cle(f"k{rank}") for rank in range(17)]
    trousseau_of(many[:16], 9)
    with pytest.raises(TeteClesInvalides):
        trousseau_of(many, 9)


def test_keys_are_read_from_pem_by_name() -> None:
    pems = {"k1": _pem(Ed25519PrivateKey.from_private_bytes(b"1" * 32))[1], "k2": _pem(Ed25519PrivateKey.from_private_bytes(b"2" * 32))[1]}
    assert [one.id for one in Trousseau.from_pem(pems, 2).cles] == ["k1", "k2"]
