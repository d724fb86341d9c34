# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Files as hostile people send them: the content decides, the name misleads nobody."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espace.guichet.errors import PieceTropLourde, TypeRefuse
from espace.guichet.pieces import MAX_NAME, OPAQUE, PDF, ZED, clean_name, examine

BYTES_PDF = b"%PDF-1.4\n..."
BYTES_ZED = bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100
SAFE = set(string.ascii_letters + string.digits + " ._()+'-")


@pytest.mark.parametrize(
    ("nom", "contenu", "kind"),
    [
        ("cgi.zed", BYTES_ZED, ZED),
        ("CGI.ZED", BYTES_ZED, ZED),
        ("cgi.zed", b"\x13\x37 unknown to us", OPAQUE),
        ("cgi.pdf", BYTES_PDF, PDF),
        ("sans extension", BYTES_PDF, PDF),
    ],
)
def test_a_container_and_a_pdf_are_taken_with_their_hash(nom: str, contenu: bytes, kind: str) -> None:
    taken = examine(nom, contenu, max_bytes=1000)
    assert (taken.type, taken.taille, taken.sha256) == (kind, len(contenu), hashlib.sha256(contenu).hexdigest())
    assert taken.nom.lower().endswith((".pdf", ".zed"))


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [
        ("cgi.pdf", b"<html><script>alert(1)</script>"),
        ("cgi.pdf", BYTES_ZED),
        ("cgi.zed", BYTES_PDF),
        ("cgi.zed", b"MZ\x90\x00 a program"),
        ("cgi.zed", b"\x7fELF"),
        ("cgi.zed", b"PK\x03\x04 a zip"),
        ("cgi.zed", b"#!/bin/sh\nrm -rf /"),
        ("cgi.zed", b"  <!DOCTYPE html><svg onload=x>"),
        ("cgi.zed", b"\xef\xbb\xbf<?xml version='1.0'?>"),
        ("cgi.exe", b"MZ"),
        ("image.png", b"\x89PNG\r\n"),
        ("note.txt", b"bonjour"),
        ("cgi.pdf", b"GIF89a %PDF-1.4 behind something else"),
    ],
)
def test_what_is_neither_is_refused_whatever_its_name_says(nom: str, contenu: bytes) -> None:
    with pytest.raises(TypeRefuse):
        examine(nom, contenu, max_bytes=1000)


@pytest.mark.parametrize("contenu", [b"", BYTES_PDF + b"x" * 1000])
def test_an_empty_file_and_a_heavy_one_are_refused(contenu: bytes) -> None:
    with pytest.raises(PieceTropLourde):
        examine("cgi.pdf", contenu, max_bytes=1000)


@pytest.mark.parametrize(
    ("nom", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\cgi.zed", "cgi.zed"),
        ("..", "piece"),
        ("", "piece"),
        (".htaccess", "htaccess"),
        ("cgi\r\nSet-Cookie: a=b.pdf", "cgi__Set-Cookie_ a_b.pdf"),
        ('a"b.pdf', "a_b.pdf"),
        ("relevé d'été.pdf", "releve d'ete.pdf"),
        ("fdp\u202e.exe", "fdp.exe"),
        ("<img src=x>.zed", "_img src_x_.zed"),
    ],
)
def test_a_hostile_name_becomes_a_plain_one(nom: str, kept: str) -> None:
    assert clean_name(nom) == kept


@given(st.text(max_size=400))
def test_any_name_is_kept_short_and_plain(nom: str) -> None:
    kept = clean_name(nom)
    assert 0 < len(kept) <= MAX_NAME
    assert set(kept) <= SAFE
    assert not kept.startswith(".")


@given(st.text(max_size=40), st.binary(min_size=1, max_size=300))
def test_any_file_is_taken_as_what_it_is_or_refused(nom: str, contenu: bytes) -> None:
    try:
        taken = examine(nom, contenu, max_bytes=1000)
    except TypeRefuse:
        return
    assert len(taken.nom) <= MAX_NAME
    assert taken.nom.lower().endswith(".pdf" if taken.type == PDF else ".zed")
