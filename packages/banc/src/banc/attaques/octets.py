# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks on the file as bytes and as XML (steps 1 and 2)."""

from __future__ import annotations

from dataclasses import replace

from banc.attaques.registre import Variante, attaque
from banc.attaques.retouche import FAUX, rewrite, swap
from banc.attaques.terrain import Terrain
from confiance import refusals as r
from confiance.liste_blanche import Limits

_OCTETS = "1 · octets"
_XML = "2 · XML"
_FQDN = b"<db>db1.3.mesimagesmedicales.fr</db>"


@attaque(_OCTETS, "fichier vide", r.Taille)
def fichier_vide(terrain: Terrain) -> bytes:
    del terrain
    return b""


@attaque(_OCTETS, "fichier plus grand que la limite", r.Taille)
def fichier_trop_grand(terrain: Terrain) -> Variante:
    return Variante(terrain.data, replace(terrain.policy, limits=Limits(max_bytes=len(terrain.data) - 1)))


@attaque(_OCTETS, "marque d'ordre UTF-8 (BOM)", r.Encodage)
def bom_utf8(terrain: Terrain) -> bytes:
    return b"\xef\xbb\xbf" + terrain.data


@attaque(_OCTETS, "fichier en UTF-16", r.Encodage)
def utf16(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"UTF-8", b"UTF-16").decode().encode("utf-16")


@attaque(_OCTETS, "fichier en UTF-16 sans marque d'ordre", r.Encodage)
def utf16_sans_bom(terrain: Terrain) -> bytes:
    return terrain.data.decode().encode("utf-16-le")


@attaque(_OCTETS, "encodage ISO-8859-1 déclaré", r.Encodage)
def latin1(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"UTF-8", b"ISO-8859-1").decode().encode("latin-1")


@attaque(_OCTETS, "encodage UTF-7 déclaré", r.Encodage)
def utf7(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"UTF-8", b"UTF-7")


@attaque(_OCTETS, "DOCTYPE avec entité interne", r.MarquageInterdit)
def doctype_interne(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ListeBlanche", b'<!DOCTYPE x [<!ENTITY e "db1">]><ListeBlanche')


@attaque(_OCTETS, "entité externe (XXE)", r.MarquageInterdit)
def entite_externe(terrain: Terrain) -> bytes:
    data = swap(terrain.data, b"<ListeBlanche", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><ListeBlanche')
    return swap(data, _FQDN, b"<db>&e;</db>")


@attaque(_OCTETS, "entités exponentielles (billion laughs)", r.MarquageInterdit)
def entites_exponentielles(terrain: Terrain) -> bytes:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    return swap(terrain.data, b"<ListeBlanche", f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}]><ListeBlanche'.encode())


@attaque(_OCTETS, "commentaire dans un nom (un lecteur de .text lit « db1 »)", r.MarquageInterdit)
def commentaire_dans_nom(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>db1<!-- -->.3.mesimagesmedicales.fr</db>")


@attaque(_OCTETS, "instruction de traitement dans un nom", r.MarquageInterdit)
def instruction_dans_nom(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>db1<?x ?>.3.mesimagesmedicales.fr</db>")


@attaque(_OCTETS, "section CDATA dans un nom", r.MarquageInterdit)
def cdata_dans_nom(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db><![CDATA[db1.3.mesimagesmedicales.fr]]></db>")


@attaque(_OCTETS, "commentaire dans DigestValue (CVE-2025-29774/5)", r.MarquageInterdit)
def commentaire_dans_empreinte(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:DigestValue>", b"<ds:DigestValue><!--x-->")


@attaque(_OCTETS, "feuille de style en instruction de traitement", r.MarquageInterdit)
def feuille_de_style(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ListeBlanche", b'<?xml-stylesheet href="http://127.0.0.1/x"?><ListeBlanche')


@attaque(_XML, "fichier tronqué avant la signature (cas réel de la liste MSSanté)", r.Illisible)
def tronque(terrain: Terrain) -> bytes:
    return terrain.data[: terrain.data.index(b"<ds:Signature ") + 40]


@attaque(_XML, "fichier tronqué au milieu d'une ligne", r.Illisible)
def tronque_au_milieu(terrain: Terrain) -> bytes:
    return terrain.data[: len(terrain.data) // 3]


@attaque(_XML, "cent mille éléments imbriqués", r.Illisible)
def imbrication(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>" * 100_000 + b"</db>" * 100_000)


@attaque(_XML, "un million d'éléments vides", r.Illisible)
def elements_vides(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<a/>" * 1_000_000)


@attaque(_XML, "un élément à cent mille attributs", r.Illisible)
def attributs_innombrables(terrain: Terrain) -> bytes:
    attributes = b"".join(b' a%d=""' % i for i in range(100_000))
    return swap(terrain.data, _FQDN, b"<db" + attributes + b"/>")


@attaque(_XML, "texte de douze mégaoctets dans un champ", r.Illisible)
def texte_geant(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>" + b"x" * (12 << 20) + b"</db>")


@attaque(_XML, "octet nul dans un nom", r.Illisible)
def octet_nul(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>db1\0.3.mesimagesmedicales.fr</db>")


@attaque(_XML, "octets qui ne sont pas de l'UTF-8", r.Illisible)
def utf8_invalide(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>db1\xff.3.mesimagesmedicales.fr</db>")


@attaque(_XML, "ce n'est pas du XML", r.Illisible)
def page_html(terrain: Terrain) -> bytes:
    del terrain
    return b"<html><body><p>Service indisponible<br></body></html>"


@attaque(_XML, "entité sans définition", r.Illisible)
def entite_inconnue(terrain: Terrain) -> bytes:
    return swap(terrain.data, _FQDN, b"<db>&inconnue;</db>")


@attaque(_XML, "autre espace de noms", r.Racine)
def espace_de_noms(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"https://github.com/ansforge/DRIM-M_DATA", b"https://listeblanche.mssante.fr/schema")


@attaque(_XML, "espace de noms absent", r.Racine)
def sans_espace_de_noms(terrain: Terrain) -> bytes:
    return swap(terrain.data, b' xmlns="https://github.com/ansforge/DRIM-M_DATA"', b"")


@attaque(_XML, "versionFormat inconnue", r.Racine)
def version_inconnue(terrain: Terrain) -> bytes:
    return swap(terrain.data, b'versionFormat="1.0.0"', b'versionFormat="9.0.0"')


@attaque(_XML, "versionFormat de plus de 50 caractères", r.Racine)
def version_longue(terrain: Terrain) -> Variante:
    version = "1" * 51
    data = swap(terrain.data, b'versionFormat="1.0.0"', f'versionFormat="{version}"'.encode())
    return Variante(data, replace(terrain.policy, versions=frozenset({version})))


@attaque(_XML, "versionFormat absente", r.Racine)
def sans_version(terrain: Terrain) -> bytes:
    return swap(terrain.data, b' versionFormat="1.0.0"', b"")


@attaque(_XML, "attribut de plus sur la racine", r.Racine)
def attribut_racine(terrain: Terrain) -> bytes:
    return swap(terrain.data, b" versionFormat=", b' xml:base="http://faux.example/" versionFormat=')


@attaque(_XML, "espace de noms relatif (canonicalisation vide)", r.Racine)
def espace_de_noms_relatif(terrain: Terrain) -> bytes:
    return swap(terrain.data, b" versionFormat=", b' xmlns:x="relatif" versionFormat=')


@attaque(_XML, "espace de noms relatif sur une ligne", r.Illisible)
def espace_relatif_sur_ligne(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<Domaine>", b'<Domaine xmlns:x="relatif">')


@attaque(_XML, "déclarations d'espaces de noms sur toutes les lignes", r.Illisible)
def espaces_de_noms_innombrables(terrain: Terrain) -> bytes:
    return terrain.data.replace(
        b"<db>", b'<db xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c" xmlns:d="urn:d" xmlns:e="urn:e" xmlns:f="urn:f">'
    )


@attaque(_XML, "autre élément racine", r.Racine)
def autre_racine(terrain: Terrain) -> bytes:
    return terrain.data.replace(b"ListeBlancheDRIM-M", b"ListeBlancheMSSante")


@attaque(_XML, "liste signée enveloppée dans une autre racine (XSW)", r.Racine)
def enveloppe_dans_autre_racine(terrain: Terrain) -> bytes:
    inner = rewrite(terrain.data, rb"^<\?xml[^>]*>", b"")
    return b"<Enveloppe>" + FAUX + inner + b"</Enveloppe>"


@attaque(_XML, "liste sans signature (cas négatif officiel)", r.NonSignee)
def non_signee(terrain: Terrain) -> bytes:
    return terrain.body
