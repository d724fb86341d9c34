# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""RSA keys, several at a time: OpenSSL works outside the interpreter's lock."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

EXPONENT = 65537


def generate(count: int, bits: int) -> list[rsa.RSAPrivateKey]:
    """Return that many new keys."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(lambda _: rsa.generate_private_key(EXPONENT, bits), range(count)))


def write(path: Path, key: rsa.RSAPrivateKey) -> None:
    """Write a key as PKCS#8 PEM in a file that only its owner reads, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def read(path: Path) -> rsa.RSAPrivateKey:
    """Read a key that :func:`write` wrote."""
    key = load_pem_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)  # made here, and long to check
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
