# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The one ASN.1 structure XAdES asks for: IssuerSerial of RFC 5035, built and never parsed (two encodings are compared)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography import x509


_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_DIRECTORY_NAME: Final = 0xA4  # GeneralName [4] EXPLICIT Name, RFC 5280 §4.2.1.6


def issuer_serial(certificate: x509.Certificate) -> bytes:
    """Return the DER of ``IssuerSerial`` for a certificate: its issuer as one GeneralName, and its serial number."""
    names = _tlv(_SEQUENCE, _tlv(_DIRECTORY_NAME, certificate.issuer.public_bytes()))
    serial = certificate.serial_number
    return _tlv(_SEQUENCE, names + _tlv(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big")))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content
