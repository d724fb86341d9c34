# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a file is, by its content, and under which name it is kept. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat

from espace.guichet.errors import PieceTropLourde, TypeRefuse

MAX_NAME = 120
ZED = "application/vnd.primx.zed"
PDF = "application/pdf"
OPAQUE = "application/octet-stream"
_CFB = bytes.fromhex("d0cf11e0a1b11ae1")  # a ZED container is a Compound File ([MS-CFB] §2.2), as far as is publicly known
_PDF = re.compile(rb"%PDF-[12]\.[0-9]")
# under the name .zed, what is plainly something else is refused; what is unknown stays opaque, since nothing here opens it
_SOMETHING_ELSE = (
    b"%PDF", b"PK\x03\x04", b"PK\x05\x06", b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\x89PNG", b"GIF8",
    b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF", b"{\\rtf",
)  # fmt: skip
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|script|svg|\?xml|body|head)", re.IGNORECASE)
_KEPT = re.compile(r"[^\w .()+'-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fichier:
    """A file whose size, type and name were checked; only :func:`examine` makes one."""

    nom: str
    type: str
    contenu: bytes
    sha256: str

    @property
    def taille(self) -> int:
        """Size in bytes."""
        return len(self.contenu)


def examine(nom: str, contenu: bytes, *, max_bytes: int) -> Fichier:
    """Check a file that was sent.

    Args:
        nom: the name that the sender gave; it decides nothing but between a container and something opaque.
        contenu: its bytes.
        max_bytes: limit of size.

    Raises:
        PieceTropLourde: empty, or larger than the limit.
        TypeRefuse: neither a PDF nor a .zed.
    """
    if not contenu:
        raise PieceTropLourde("Ce fichier est vide.")
    if len(contenu) > max_bytes:
        raise PieceTropLourde(f"Ce fichier dépasse {filesizeformat(max_bytes)}.")
    name = clean_name(nom)
    kind = type_of(name, contenu)
    return Fichier(_with_extension(name, kind), kind, contenu, hashlib.sha256(contenu).hexdigest())


def type_of(nom: str, contenu: bytes) -> str:
    """Return the type of a file.

    Raises:
        TypeRefuse: neither a PDF nor a .zed.
    """
    if _PDF.match(contenu):
        if nom.lower().endswith(".zed"):
            raise TypeRefuse("Ce fichier porte le nom d'un conteneur .zed, et c'est un PDF : renommez-le, ou envoyez le conteneur.")
        return PDF
    if not nom.lower().endswith(".zed"):
        raise TypeRefuse
    if contenu.startswith(_CFB):
        return ZED
    if contenu.startswith(_SOMETHING_ELSE) or _MARKUP.match(contenu[:512]):
        raise TypeRefuse("Ce fichier porte le nom d'un conteneur .zed, et n'en est pas un.")
    return OPAQUE


def clean_name(nom: str) -> str:
    """Return a name that no file system, header nor page can misread: its last part, plain letters, at most 120.

    Folders, control and bidirectional characters, leading dots and quotes are taken off; accents become plain letters.
    """
    last = re.split(r"[/\\]", nom)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode("ascii")
    kept = " ".join(_KEPT.sub("_", plain).split()).strip(" .'")
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        return kept[:MAX_NAME] or "piece"
    return f"{stem[: MAX_NAME - 12].strip(' .') or 'piece'}.{extension[:10]}"


def _with_extension(nom: str, kind: str) -> str:
    """Return the name with the extension of what it is: a browser that believes names is not misled."""
    extension = ".pdf" if kind == PDF else ".zed"
    return nom if nom.lower().endswith(extension) else f"{nom[: MAX_NAME - 4]}{extension}"
