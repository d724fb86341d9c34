# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Distinguished names: read from text or from a certificate, compared attribute by attribute.

The Liste Blanche writes ``CN=…,OU=…,O=…,ST=…,C=FR``; people type the same name with spaces, in another case, with or without
escapes. Two names are equal when they hold the same attributes in the same order, values being compared as RFC 5280 §7.1 asks:
without case, runs of spaces folded, compatibility characters normalised (RFC 4518). The text keeps what was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from confiance.errors import PeerError

if TYPE_CHECKING:
    from cryptography import x509

Attribute: TypeAlias = tuple[str, str]
Rdn: TypeAlias = tuple[Attribute, ...]

MAX_LENGTH: Final = 4096
_NAMES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "TITLE",
    "2.5.4.42": "GN",
    "2.5.4.97": "ORGANIZATIONIDENTIFIER",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
_ALIASES: Final = {"S": "ST", "EMAILADDRESS": "E", "GIVENNAME": "GN", "SURNAME": "SN", "T": "TITLE"}
_TYPE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*")
_PLAIN_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+")
_SPECIAL = re.compile(r'[\\"+;<>#]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_PLAIN = re.compile(r'(?:[^,;+"\\<>]|\\.)*', re.DOTALL)
_HEX_RUN = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)")
_BACKSLASH = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPABLE = frozenset(' "#+,;<=>\\')
_TO_ESCAPE = re.compile(r'([,+"\\<>;])')


class DistinguishedNameError(PeerError):
    """The text is not a distinguished name."""

    code = "dn.forme"
    message = "Ce nom distinctif (DN) est illisible."
    remede = "Écrire CN=…,OU=…,O=…,ST=…,C=FR, tel que l'affiche le certificat."
    clause = "RFC 4514"


class DistinguishedName:
    """A distinguished name, immutable and hashable, most specific attribute first."""

    __slots__ = ("_key", "_rdns")

    _rdns: tuple[Rdn, ...]
    _key: tuple[frozenset[Attribute], ...]

    def __init__(self, rdns: Iterable[Iterable[Attribute]]) -> None:
        """Build a name from its relative names.

        Args:
            rdns: relative names, most specific first; each is one or more ``(type, value)``.

        Raises:
            DistinguishedNameError: no relative name, or an empty one.
        """
        kept = tuple(tuple(rdn) for rdn in rdns)
        if not kept or not all(kept):
            raise DistinguishedNameError
        object.__setattr__(self, "_rdns", kept)
        object.__setattr__(self, "_key", tuple(frozenset((name, _fold(value)) for name, value in rdn) for rdn in kept))

    @classmethod
    def parse(cls, text: str) -> DistinguishedName:
        """Read ``CN=…,OU=…`` (RFC 4514), spaces around separators and ``;`` tolerated.

        Raises:
            DistinguishedNameError: the text does not follow the grammar (code ``dn.forme``).
        """
        if len(text) > MAX_LENGTH:
            raise DistinguishedNameError
        return _parse(text)

    @classmethod
    def from_certificate(cls, certificate: x509.Certificate) -> DistinguishedName:
        """Return the subject of a certificate.

        Raises:
            DistinguishedNameError: the subject is empty.
        """
        return cls.from_name(certificate.subject)

    @classmethod
    def from_name(cls, name: x509.Name) -> DistinguishedName:
        """Return an X.501 name, whose encoding goes from the least to the most specific attribute.

        Raises:
            DistinguishedNameError: the name is empty.
        """
        return cls([(_type_of(a.oid.dotted_string), _text_of(a.value)) for a in rdn] for rdn in reversed(name.rdns))

    def get(self, attribute: str) -> str | None:
        """Return the value of the first attribute of that type (``"CN"``), or None."""
        wanted = _type_of(attribute)
        return next((value for rdn in self._rdns for name, value in rdn if name == wanted), None)

    @property
    def canonical(self) -> str:
        """One text for all the spellings of this name: equal names have the same one. For counting by name; people read ``str``."""
        return ",".join("+".join(f"{name}={_escape(value)}" for name, value in sorted(rdn)) for rdn in self._key)

    @property
    def rdns(self) -> tuple[Rdn, ...]:
        """Relative names, most specific first."""
        return self._rdns

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"DistinguishedName is immutable: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"DistinguishedName is immutable: {name}")

    def __reduce__(self) -> tuple[type[DistinguishedName], tuple[tuple[Rdn, ...]]]:
        return (type(self), (self._rdns,))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DistinguishedName):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return ",".join("+".join(f"{name}={_escape(value)}" for name, value in rdn) for rdn in self._rdns)

    def __repr__(self) -> str:
        return f"DistinguishedName({str(self)!r})"


@lru_cache(maxsize=4096)
def _parse(text: str) -> DistinguishedName:
    return _parse_any(text) if _SPECIAL.search(text) else _parse_plain(text)


def _parse_plain(text: str) -> DistinguishedName:
    """Read a name without escape, quote nor multiple value, as all those of the list are: five times faster."""
    rdns: list[tuple[Attribute]] = []
    for part in text.split(","):
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not value or not _PLAIN_TYPE.fullmatch(name):
            raise DistinguishedNameError
        rdns.append(((_type_of(name), value),))
    return DistinguishedName(rdns)


def _parse_any(text: str) -> DistinguishedName:
    rdns: list[list[Attribute]] = [[]]
    position = 0
    while True:
        attribute, position = _read_attribute(text, position)
        rdns[-1].append(attribute)
        if position == len(text):
            return DistinguishedName(rdns)
        if text[position] in ",;":
            rdns.append([])
        elif text[position] != "+":
            raise DistinguishedNameError
        position += 1


def _read_attribute(text: str, position: int) -> tuple[Attribute, int]:
    found = _TYPE.match(text, position)
    if not found:
        raise DistinguishedNameError
    name = _type_of(found[1])
    if quoted := _QUOTED.match(text, found.end()):
        return (name, _required(_unescape(quoted[1]))), quoted.end()
    plain = _PLAIN.match(text, found.end())
    if not plain or plain[0].startswith("#"):
        raise DistinguishedNameError  # "#04024869" is BER: no value of this mesh needs it
    return (name, _required(_unescape(_strip(plain[0])))), plain.end()


def _strip(raw: str) -> str:
    """Remove the spaces after a value, but keep one that is escaped."""
    stripped = raw.rstrip()
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 else stripped


def _required(value: str) -> str:
    if not value.strip():
        raise DistinguishedNameError
    return value


def _unescape(raw: str) -> str:
    if "\\" not in raw:
        return raw
    pieces = _HEX_RUN.split(raw)
    try:
        return "".join(_unescape_hex(p) if i % 2 else _BACKSLASH.sub(_unescape_one, p) for i, p in enumerate(pieces))
    except UnicodeDecodeError as error:
        raise DistinguishedNameError from error


def _unescape_hex(run: str) -> str:
    return bytes.fromhex(run.replace("\\", "")).decode()


def _unescape_one(found: re.Match[str]) -> str:
    if found[1] not in _ESCAPABLE:
        raise DistinguishedNameError
    return found[1]


def _escape(value: str) -> str:
    escaped = _TO_ESCAPE.sub(r"\\\1", value).replace("\0", "\\00")
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if len(value) > 1 and value.endswith(" ") else escaped


def _type_of(name: str) -> str:
    upper = _NAMES.get(name, name.upper())
    return _ALIASES.get(upper, upper)


def _text_of(value: str | bytes) -> str:
    return value if isinstance(value, str) else "#" + value.hex()


def _fold(value: str) -> str:
    if value.isascii():
        return " ".join(value.lower().split())
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
