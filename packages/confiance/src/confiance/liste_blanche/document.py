# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The file taken as bytes: refused early, or told apart into the list and its signature. Nothing is verified here.

Lists are published in a form that is already canonical but for the root tag and empty elements. So the signature is first cut out of
the bytes and only it is parsed; the rest is offered as a candidate. Whether the candidate is what was signed is decided by its digest
alone, so a wrong guess can only cost time: then the whole file is parsed and canonicalised by lxml.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from confiance.liste_blanche.model import ROOT_NAME
from confiance.liste_blanche.policy import Format
from confiance.refusals import Encodage, Illisible, MarquageInterdit, NonSignee, Racine, SignaturesMultiples, Taille
from confiance.xades import elements
from confiance.xades.names import SIGNATURE

_BOMS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["']([A-Za-z0-9._-]+)["'])?"""
    rb"""(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>"""
)
_OPEN = re.compile(rb"\s*(<" + ROOT_NAME.encode() + rb"(?=[\s>])[^>]*>)")
_END_OF_ROWS: Final = b"</ListeDomaines>"
_CLOSE: Final = b"</" + ROOT_NAME.encode() + b">"
_BLANK = re.compile(rb"[ \t\r\n]*")
MIN_BYTES_PER_TAG: Final = 18
"""The shortest honest row weighs some 350 bytes for its 16 tags: a file denser than that is there to exhaust us."""
_TAGS_PER_ROW: Final = range(9, 19)
"""Tags of a row: its own two, and those of seven or eight fields, each of one tag when empty."""
_MIN_BYTES_PER_QUOTE: Final = 90
"""Rows have no attribute; four quotes or apostrophes in the texts of the shortest row are already many."""
_MAX_NAMESPACES: Final = 64
"""Declarations of namespaces: the root has one or two, a signature less than twenty."""
_FREE_TAGS: Final = 1024
MAX_VERSION: Final = 50  # Guide d'intégration §2.3: alphanumérique, longueur 50


@dataclass(frozen=True)
class UnverifiedDocument:
    """A file whose signature was found.

    Attributes:
        data: the file.
        signature: its only ds:Signature, still in its tree.
        cut: the list as bytes, when it could be cut out without parsing it; else ``signature`` stands in the tree of the whole file.
    """

    data: bytes
    signature: etree._Element
    cut: bytes | None

    def bodies(self) -> Iterator[bytes]:
        """Offer the canonical bytes of the list without its signature, the cheap guess first; read the signature before.

        Raises:
            ListeBlancheRefused: the second candidate is asked for and the file is not well formed.
        """
        signature = self.signature
        if self.cut is not None:
            yield self.cut
            signature = _only_signature(_parse(self.data))
        root = signature.getroottree().getroot()
        _remove(signature)
        if _may_be_a_list(root, self.data):
            yield _canonical(root)


def open_document(data: bytes, form: Format) -> UnverifiedDocument:
    """Check the file as bytes, then as XML, and find root and signature.

    Raises:
        Taille, Encodage, MarquageInterdit, Illisible: the file as bytes, then as XML.
        Racine, NonSignee, SignaturesMultiples: what it holds.
    """
    if not 0 < len(data) <= form.limits.max_bytes:
        raise Taille
    start = _check_bytes(data)
    found = _cut_signature(data, start, form)
    if found is not None:
        return found
    root = _parse(data)
    _check_root(root, form)
    return UnverifiedDocument(data, _only_signature(root), None)


def check_unsigned(data: bytes, form: Format) -> bytes:
    """Return the canonical bytes of a list that has no signature, or of one whose signature is left aside unread.

    Raises:
        ListeBlancheRefused: as :func:`open_document`, but for the signature.
    """
    if not 0 < len(data) <= form.limits.max_bytes:
        raise Taille
    _check_bytes(data)
    root = _parse(data)
    _check_root(root, form)
    for signature in list(root.iter(SIGNATURE)):
        _remove(signature)
    return _canonical(root)


def _check_bytes(data: bytes) -> int:
    """Return where the root element may start."""
    if data.startswith(_BOMS) or b"\0" in data[:4]:
        raise Encodage
    declaration = _DECLARATION.match(data)
    if declaration and (declaration[1] or b"utf-8").lower() != b"utf-8":
        raise Encodage
    start = declaration.end() if declaration else 0
    # in well-formed XML "<!" and "<?" are only these: "<" may not stand in text nor in an attribute
    if b"<!" in data or data.find(b"<?", start) != -1:
        raise MarquageInterdit
    return start


def _cut_signature(data: bytes, start: int, form: Format) -> UnverifiedDocument | None:
    """Cut the usual layout; None when the layout is another one.

    Raises:
        Taille: the place of the signature is larger than a signature may be.
        Racine: the root is not that of a list.
    """
    opening = _OPEN.match(data, start)
    end_of_rows = data.rfind(_END_OF_ROWS)
    close = data.rfind(_CLOSE)
    if not opening or end_of_rows < opening.end() or close < end_of_rows or data[close + len(_CLOSE) :].strip():
        return None
    blank = _BLANK.match(data, end_of_rows + len(_END_OF_ROWS))
    signature_start = blank.end() if blank else close
    if close - signature_start > form.limits.max_signature:
        raise Taille
    try:
        root = elements.parse(opening[1] + data[signature_start:close] + _CLOSE)
    except Illisible:
        return None
    if len(root) != 1 or root[0].tag != SIGNATURE or root[0].tail or len(list(root.iter(SIGNATURE))) != 1:
        return None
    _check_root(root, form)
    inner = data[opening.end() : signature_start].replace(b"<vi/>", b"<vi></vi>")
    return UnverifiedDocument(data, root[0], b"".join((_canonical_open(root), inner, _CLOSE)))


def _canonical_open(root: etree._Element) -> bytes:
    """Write the root tag as exclusive canonicalisation does; its two values belong to configured sets, a wrong guess only costs time."""
    namespace, version = root.nsmap.get(None) or "", root.get("versionFormat") or ""
    return f'<{ROOT_NAME} xmlns="{namespace}" versionFormat="{version}">'.encode()


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(SIGNATURE))
    if not found:
        raise NonSignee
    if len(found) > 1 or len(root) == 0 or root[-1] is not found[0]:
        raise SignaturesMultiples
    return found[0]


def _parse(data: bytes) -> etree._Element:
    """Parse a whole file, unless it is plain from its bytes that it would cost much and hold no list."""
    tags = len(data) // MIN_BYTES_PER_TAG + _FREE_TAGS
    quotes = len(data) // _MIN_BYTES_PER_QUOTE + _FREE_TAGS
    if data.count(b"<") > tags or data.count(b'"') + data.count(b"'") > quotes or data.count(b"xmlns") > _MAX_NAMESPACES:
        raise Illisible
    return elements.parse(data)


def _check_root(root: etree._Element, form: Format) -> None:
    name = etree.QName(root)
    version = root.get("versionFormat")
    if name.localname != ROOT_NAME or name.namespace not in form.namespaces or not elements.absolute_namespaces(root):
        raise Racine
    if root.keys() != ["versionFormat"] or version not in form.versions or len(version) > MAX_VERSION:
        raise Racine


def _may_be_a_list(root: etree._Element, data: bytes) -> bool:
    """Tell whether there are tags for the rows and no more, before paying for their canonical form."""
    rows = sum(len(child) for child in root)
    return _TAGS_PER_ROW.start * rows <= data.count(b"<") <= _TAGS_PER_ROW.stop * rows + _FREE_TAGS


def _remove(element: etree._Element) -> None:
    """Take an element away but leave the text after it, as the transforms do."""
    parent, tail = element.getparent(), element.tail
    assert parent is not None  # the name of the root was checked: it is no signature
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + (tail or "")
    else:
        parent.text = (parent.text or "") + (tail or "")
    parent.remove(element)


def _canonical(root: etree._Element) -> bytes:
    sink = io.BytesIO()
    try:
        etree.ElementTree(root).write_c14n(sink, exclusive=True, with_comments=False)  # type: ignore[call-arg]  # absent from lxml-stubs
    except (etree.LxmlError, ValueError) as error:
        raise Illisible from error
    return sink.getvalue()
