# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks on algorithms, transforms and references: all signed with the right key, so that only the profile can stop them (step 3)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from banc.attaques.registre import attaque
from banc.attaques.retouche import rewrite, swap
from banc.attaques.terrain import Edit, Terrain, forge
from confiance import refusals as r
from confiance.liste_blanche import Shape
from confiance.xades.names import EXC_C14N, RSA_SHA256, SHA256

_ALGORITHMES = "3 · algorithmes"
_TRANSFORMATIONS = "3 · transformations"
_REFERENCES = "3 · références"
_SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
_SUBTRACT = "/descendant::ds:Signature"
_XSLT = (
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
    '<xsl:template match="/"></xsl:template></xsl:stylesheet>'
)


def _info(old: str, new: str) -> Edit:
    return lambda text: swap(text, old, new)


def _first_transform(new: str) -> Edit:
    return lambda text: rewrite(text, r"<ds:Transforms><ds:Transform [^>]*>.*?</ds:Transform>", f"<ds:Transforms>{new}")


def _references(text: str) -> list[str]:
    head, *rest = text.replace("</ds:SignedInfo>", "").split("<ds:Reference ")
    return [head, *("<ds:Reference " + part for part in rest)]


@attaque(_ALGORITHMES, "empreinte du document en SHA-1", r.Algorithme)
def empreinte_sha1(terrain: Terrain) -> bytes:
    digest = base64.b64encode(hashlib.sha1(terrain.body, usedforsecurity=False).digest()).decode()

    def weaken(info: str) -> str:
        return rewrite(swap(info, SHA256, _SHA1), "<ds:DigestValue>[^<]*", f"<ds:DigestValue>{digest}")

    return forge(terrain, edit_info=weaken)


@attaque(_ALGORITHMES, "empreinte du document en MD5", r.Algorithme)
def empreinte_md5(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(SHA256, "http://www.w3.org/2001/04/xmldsig-more#md5"))


@attaque(_ALGORITHMES, "signature RSA avec SHA-1", r.Algorithme)
def rsa_sha1(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(RSA_SHA256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"))


@attaque(_ALGORITHMES, "HMAC dont la clé est le certificat public (CVE-2025-48994)", r.Algorithme)
def hmac_public(terrain: Terrain) -> bytes:
    data = forge(terrain, edit_info=_info(RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"))
    value = base64.b64encode(hmac.digest(b"public", b"SignedInfo", "sha256"))
    return rewrite(data, rb"(<ds:SignatureValue[^>]*>)[^<]*", rb"\g<1>" + value)


@attaque(_ALGORITHMES, "HMACOutputLength dans SignatureMethod", r.StructureSignature)
def hmac_court(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info("</ds:SignatureMethod>", "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"))


@attaque(_ALGORITHMES, "SignedInfo canonicalisé en C14N 1.0 inclusive", r.Algorithme)
def c14n_inclusive(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(EXC_C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"))


@attaque(_ALGORITHMES, "SignedInfo canonicalisé avec commentaires", r.Algorithme)
def c14n_avec_commentaires(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(EXC_C14N, EXC_C14N + "WithComments"))


@attaque(_ALGORITHMES, "texte dans SignatureMethod", r.StructureSignature)
def texte_dans_methode(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info("</ds:SignatureMethod>", "x</ds:SignatureMethod>"))


@attaque(_TRANSFORMATIONS, "transformation XSLT", r.Transformation)
def xslt(terrain: Terrain) -> bytes:
    new = f'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">{_XSLT}</ds:Transform>'
    return forge(terrain, edit_info=_first_transform(new))


@attaque(_TRANSFORMATIONS, "bombe XPath 1999", r.Transformation)
def bombe_xpath(terrain: Terrain) -> bytes:
    bomb = "count(//. | //@* | //namespace::*) = count(//. | //. | //@* | //namespace::*)"
    return forge(terrain, shape=Shape.XPATH, edit_info=_info("not(ancestor-or-self::ds:Signature)", bomb))


@attaque(_TRANSFORMATIONS, "XPath 1999 qui ne signe qu'une ligne", r.Transformation)
def xpath_partiel(terrain: Terrain) -> bytes:
    return forge(terrain, shape=Shape.XPATH, edit_info=_info("not(ancestor-or-self::ds:Signature)", "ancestor-or-self::Domaine[1]"))


@attaque(_TRANSFORMATIONS, "Filter 2.0 intersect au lieu de subtract", r.Transformation)
def filter2_intersect(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('Filter="subtract"', 'Filter="intersect"'))


@attaque(_TRANSFORMATIONS, "Filter 2.0 qui retire aussi des lignes", r.Transformation)
def filter2_trop_large(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(_SUBTRACT, "/descendant::ds:Signature | //*[local-name()='Domaine'][1]"))


@attaque(_TRANSFORMATIONS, "préfixe ds du XPath lié à un autre espace de noms, ce que exc-c14n ne voit pas", r.StructureSignature)
def prefixe_detourne(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<dsig-filter2:XPath ", b'<dsig-filter2:XPath xmlns:ds="http://faux.example/" ')


@attaque(_TRANSFORMATIONS, "préfixe ds du XPath lié à rien de signé", r.Transformation)
def prefixe_non_signe(terrain: Terrain) -> bytes:
    def unprefix(text: str) -> str:
        return text.replace("<ds:", "<").replace("</ds:", "</").replace("xmlns:ds=", "xmlns=")

    return forge(terrain, edit_properties=unprefix, edit_info=unprefix, edit_signature=unprefix)


@attaque(_TRANSFORMATIONS, "deux filtres successifs", r.Transformation)
def deux_filtres(terrain: Terrain) -> bytes:
    def twice(info: str) -> str:
        return rewrite(info, r"(<ds:Transform Algorithm=\"http://www.w3.org/2002[^>]*>.*?</ds:Transform>)", r"\1\1")

    return forge(terrain, edit_info=twice)


@attaque(_TRANSFORMATIONS, "retrait de la signature absent", r.Transformation)
def sans_retrait(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_first_transform(""))


@attaque(_TRANSFORMATIONS, "canonicalisation absente de la référence au document", r.Transformation)
def sans_canonicalisation(terrain: Terrain) -> bytes:
    def drop(info: str) -> str:
        return rewrite(info, f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform></ds:Transforms>', "</ds:Transforms>")

    return forge(terrain, edit_info=drop)


@attaque(_TRANSFORMATIONS, "transformation base64", r.Transformation)
def base64_transform(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_first_transform('<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"></ds:Transform>'))


@attaque(_TRANSFORMATIONS, "transformation inconnue (signxml l'ignore)", r.Transformation)
def transformation_inconnue(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_first_transform('<ds:Transform Algorithm="urn:inconnue"><ds:XPath>x</ds:XPath></ds:Transform>'))


@attaque(_TRANSFORMATIONS, "paramètre dans la transformation enveloped", r.Transformation)
def enveloped_avec_parametre(terrain: Terrain) -> bytes:
    return forge(terrain, shape=Shape.ENVELOPED, edit_info=_info('enveloped-signature">', 'enveloped-signature">x'))


@attaque(_TRANSFORMATIONS, "liste de préfixes inclusifs dans exc-c14n", r.StructureSignature)
def prefixes_inclusifs(terrain: Terrain) -> bytes:
    prefixes = f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="ds"></ec:InclusiveNamespaces>'
    return forge(terrain, edit_info=_info(f'<ds:Transform Algorithm="{EXC_C14N}">', f'<ds:Transform Algorithm="{EXC_C14N}">{prefixes}'))


@attaque(_REFERENCES, 'référence à une partie du document (URI="#id")', r.Reference)
def reference_partielle(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('URI=""', 'URI="#ligne-1"'))


@attaque(_REFERENCES, "référence externe (http)", r.Reference)
def reference_externe(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('URI=""', 'URI="http://127.0.0.1/liste.xml"'))


@attaque(_REFERENCES, "référence par XPointer", r.Reference)
def reference_xpointer(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('URI=""', 'URI="#xpointer(/)"'))


@attaque(_REFERENCES, "attribut URI absent", r.Reference)
def reference_sans_uri(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info(' URI=""', ""))


@attaque(_REFERENCES, "troisième référence", r.Reference)
def trois_references(terrain: Terrain) -> bytes:
    def third(info: str) -> str:
        head, document, properties = _references(info)
        again = document.replace('-1"', '-2"')
        return f"{head}{document}{properties}{again}</ds:SignedInfo>"

    return forge(terrain, edit_info=third)


@attaque(_REFERENCES, "une seule référence : propriétés non signées", r.Reference)
def une_reference(terrain: Terrain) -> bytes:
    def only(info: str) -> str:
        head, document, _ = _references(info)
        return f"{head}{document}</ds:SignedInfo>"

    return forge(terrain, edit_info=only)


@attaque(_REFERENCES, "références dans l'autre ordre", r.Reference)
def references_inversees(terrain: Terrain) -> bytes:
    def reverse(info: str) -> str:
        head, document, properties = _references(info)
        return f"{head}{properties}{document}</ds:SignedInfo>"

    return forge(terrain, edit_info=reverse)


@attaque(_REFERENCES, "référence à un ds:Manifest", r.Reference)
def manifeste(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('URI=""', 'Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI=""'))


@attaque(_REFERENCES, "seconde référence d'un autre Type", r.Reference)
def type_errone(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info("http://uri.etsi.org/01903#SignedProperties", "http://www.w3.org/2000/09/xmldsig#Object"))


@attaque(_REFERENCES, "seconde référence vers un autre Id", r.Reference)
def propriete_ailleurs(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=_info('URI="#xades-id-', 'URI="#autre-id-'))


@attaque(_REFERENCES, "DigestValue vide", r.StructureSignature)
def empreinte_vide(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=lambda info: rewrite(info, "<ds:DigestValue>[^<]*", "<ds:DigestValue>"))


@attaque(_REFERENCES, "DigestValue tronquée", r.EmpreinteDocument)
def empreinte_tronquee(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=lambda info: rewrite(info, "<ds:DigestValue>([^<]{40})[^<]*", r"<ds:DigestValue>\1"))
