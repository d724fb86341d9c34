# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Parts of the reader, given what the steps before them would have stopped."""

from __future__ import annotations

import base64
import warnings

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from banc.attaques.retouche import SIGNATURE, swap
from banc.attaques.terrain import Terrain
from confiance.liste_blanche import Format, grammar, read_unverified
from confiance.refusals import ListeBlancheRefused, Racine, StructureSignature
from confiance.xades import elements
from confiance.xades.envelope import take_apart


@pytest.mark.parametrize("content", ["<a><!-- --></a>", "<a><?x ?></a>", "<a>x<b/></a>", "<a><b/>x</a>"])
def test_only_elements_and_blanks_are_children(content: str) -> None:
    with pytest.raises(StructureSignature):
        elements.children(etree.fromstring(content))


def test_an_element_without_canonical_form_is_refused() -> None:
    with pytest.raises(StructureSignature):
        elements.canonical(etree.fromstring('<a xmlns="relatif"/>'))


def test_the_grammar_itself_checks_namespace_and_version(terrain: Terrain) -> None:
    assert grammar.read(terrain.body, Format()) == terrain.brouillon
    for form in (Format(namespaces=frozenset({"urn:autre"})), Format(versions=frozenset({"9"}))):
        with pytest.raises(Racine):
            grammar.read(terrain.body, form)


@pytest.mark.parametrize("mode", ["ignore", "error"])
def test_a_certificate_with_a_negative_number_is_refused(terrain: Terrain, mode: str) -> None:
    """The library only warns of it."""
    der = bytearray(terrain.key.certificate.public_bytes(Encoding.DER))
    serial = terrain.key.certificate.serial_number
    encoded = serial.to_bytes((serial.bit_length() + 7) // 8, "big")
    der[der.index(encoded)] |= 0x80
    good = base64.b64encode(terrain.key.certificate.public_bytes(Encoding.DER))
    found = SIGNATURE.search(swap(terrain.data, good, base64.b64encode(bytes(der))))
    assert found
    with warnings.catch_warnings():
        warnings.simplefilter(mode)  # type: ignore[arg-type]
        with pytest.raises(StructureSignature):
            take_apart(etree.fromstring(found[0]), max_certificates=6)


def test_a_signature_anywhere_is_left_aside_in_a_draft(terrain: Terrain) -> None:
    first = swap(
        terrain.body, b"\n    <DateDeGeneration>", b'\n    <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/><DateDeGeneration>'
    )
    assert read_unverified(first) == terrain.brouillon


def test_a_draft_is_bounded_too(terrain: Terrain) -> None:
    for data in (b"", terrain.body.replace(b"1.0.0", b"9"), b"\xef\xbb\xbf" + terrain.body, terrain.body[:-4]):
        with pytest.raises(ListeBlancheRefused):
            read_unverified(data)
