# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Hostile files of the size of a genuine one, each meant to cost the reader as much as it can."""

from __future__ import annotations

from banc.attaques.algorithmes import bombe_xpath, xslt
from banc.attaques.retouche import FAUX, after_signature, fake_signature, swap
from banc.attaques.signataire import autre_organisme
from banc.attaques.terrain import Terrain, forge

Hostile = dict[str, bytes]


def hostile_files(terrain: Terrain) -> Hostile:
    """Return named files, none larger than the genuine one but by what an attack adds."""
    genuine = terrain.data
    return {
        **_altered(genuine),
        **_malformed(genuine),
        **_filled(genuine),
        "bombe XPath": bombe_xpath(terrain),
        "XSLT": xslt(terrain),
        "autre signataire": autre_organisme(terrain),
        "signée mais fausse à la fin": forge(terrain, body=swap(terrain.body, b"    </ListeDomaines>", b"<x></x>    </ListeDomaines>")),
    }


def _altered(genuine: bytes) -> Hostile:
    tampered = swap(genuine, b"O=OPERATEUR 1,", b"O=OPERATEUR 2,")
    end = genuine.rindex(b"</Domaine>")
    return {
        "un octet changé": tampered,
        "un octet changé, CRLF": swap(tampered, b"\n", b"\r\n"),
        "un octet changé, référence de caractère": swap(tampered, b"db1.", b"&#100;b1."),
        "ligne ajoutée": swap(genuine, b"    </ListeDomaines>", FAUX + b"    </ListeDomaines>"),
        "seconde signature": after_signature(genuine, fake_signature(FAUX)),
        "seconde signature de moitié": _half(genuine),
        "commentaire final": genuine[:end] + b"<!-- -->" + genuine[end:],
        "DOCTYPE": swap(genuine, b"<ListeBlanche", b'<!DOCTYPE x [<!ENTITY a "b">]><ListeBlanche'),
    }


def _half(genuine: bytes) -> bytes:
    middle = genuine.index(b"        <Domaine>", len(genuine) // 2)
    end = genuine.index(b"    </ListeDomaines>")
    return after_signature(genuine[:middle] + genuine[end:], fake_signature(genuine[middle:end]))


def _malformed(genuine: bytes) -> Hostile:
    end = genuine.rindex(b"</Domaine>")
    return {
        "lignes chargées d'espaces de noms": genuine.replace(b"<Domaine>", b'<Domaine xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c">'),
        "lignes chargées d'attributs": genuine.replace(b"<db>", b'<db a="" b="" c="" d="" e="">'),
        "tronqué à la fin": genuine[:-40],
        "octet interdit à la fin": genuine[:end] + b"\xff" + genuine[end:],
        "balise ouverte à la fin": genuine[:end] + b"<x>" + genuine[end:],
        "fin de liste récrite": swap(genuine, b"</ListeDomaines>", b"</ListeDomaines >").replace(b"O=OPERATEUR 1,", b"O=OPERATEUR 2,", 1),
    }


def _filled(genuine: bytes) -> Hostile:
    """Replace the rows by as many bytes of something else; with and without the usual end, so that both readings are tried."""
    start, end = genuine.index(b"        <Domaine>"), genuine.index(b"    </ListeDomaines>")
    size = end - start
    fillings = {
        "éléments vides": b"<a/>",
        "éléments courts": b"<a></a>",
        "éléments de 20 octets par balise": b"<aaaaaaaaaaaaaaaaa>" + b"b" * 3 + b"</aaaaaaaaaaaaaaaaa>",
        "éléments de 40 octets": b"<Denomination>a</Denomination>" + b" " * 11,
        "imbrication": b"<aaaaaaaaaaaaaaaaaaaaaaa>",
        "espaces de noms": b'<a xmlns="urn:b" c="d">eeeeeeeeeeeee</a>',
        "références": b"&amp;",
        "références de caractère": b"&#65;",
        "blancs": b" ",
        "texte": b"a",
        "débuts de ligne": b"        <Domaine>\n",
    }
    files = {name: genuine[:start] + piece * (size // len(piece)) + genuine[end:] for name, piece in fillings.items()}
    attributes = b"".join(b' a%x=""' % rank for rank in range(size // 11))
    files["attributs"] = genuine[:start] + b"<a" + attributes + b"/>" + genuine[end:]
    files |= {f"{name}, autre mise en page": data.replace(b"</ListeDomaines>", b"</ListeDomaines >") for name, data in files.items()}
    return files
