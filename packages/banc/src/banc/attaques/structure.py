# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks on the place and the structure of the signature (step 3)."""

from __future__ import annotations

from banc.attaques.registre import attaque
from banc.attaques.retouche import DS, FAUX, SIGNATURE, after_signature, before_signature, fake_signature, rewrite, swap
from banc.attaques.terrain import Terrain, forge
from confiance import refusals as r
from confiance.liste_blanche import Shape

_PLACE = "3 · place de la signature"
_STRUCTURE = "3 · structure de la signature"


def _signature(data: bytes) -> bytes:
    found = SIGNATURE.search(data)
    if not found:
        raise ValueError(data[-80:])
    return found[0]


@attaque(_PLACE, "faux Domaine dans une seconde ds:Signature, après la vraie (xmlsec1 et le JDK acceptent)", r.SignaturesMultiples)
def cache_apres(terrain: Terrain) -> bytes:
    return after_signature(terrain.data, fake_signature(FAUX))


@attaque(_PLACE, "le même avec un autre préfixe", r.SignaturesMultiples)
def cache_apres_autre_prefixe(terrain: Terrain) -> bytes:
    return after_signature(terrain.data, fake_signature(FAUX, prefix="sig"))


@attaque(_PLACE, "faux Domaine dans une seconde ds:Signature, avant la vraie", r.SignaturesMultiples)
def cache_avant(terrain: Terrain) -> bytes:
    return before_signature(terrain.data, fake_signature(FAUX))


@attaque(_PLACE, "faux Domaine dans une ds:Signature, forme enveloped", r.SignaturesMultiples)
def cache_apres_enveloped(terrain: Terrain) -> bytes:
    return after_signature(forge(terrain, shape=Shape.ENVELOPED), fake_signature(FAUX))


@attaque(_PLACE, "faux Domaine dans une ds:Signature au milieu des lignes", r.SignaturesMultiples)
def cache_dans_les_lignes(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"        <Domaine>", b"        " + fake_signature(FAUX) + b"<Domaine>")


@attaque(_PLACE, "ds:Signature dans la ds:Signature", r.SignaturesMultiples)
def signature_dans_signature(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:Object>", b"<ds:Object>" + fake_signature(FAUX))


@attaque(_PLACE, "la vraie signature répétée", r.SignaturesMultiples)
def signature_repetee(terrain: Terrain) -> bytes:
    return after_signature(terrain.data, _signature(terrain.data))


@attaque(_PLACE, "signature placée en premier enfant", r.SignaturesMultiples)
def signature_en_tete(terrain: Terrain) -> bytes:
    signature = _signature(terrain.data)
    return swap(swap(terrain.data, signature, b""), b"    <DateDeGeneration>", signature + b"    <DateDeGeneration>")


@attaque(_PLACE, "faux Domaine après la signature, hors de ListeDomaines", r.SignaturesMultiples)
def domaine_apres_signature(terrain: Terrain) -> bytes:
    return after_signature(terrain.data, FAUX)


@attaque(_PLACE, "liste signée déplacée dans ds:Object d'une nouvelle racine (XSW)", r.SignaturesMultiples)
def liste_dans_objet(terrain: Terrain) -> bytes:
    inner = rewrite(terrain.data, rb"^<\?xml[^>]*>", b"")
    head = terrain.body[: terrain.body.index(b"        <Domaine>")]
    tail = b"</ListeDomaines>"
    return head + FAUX + tail + fake_signature(inner) + b"</ListeBlancheDRIM-M>"


@attaque(_STRUCTURE, "faux Domaine dans un second ds:Object de la signature (tous les moteurs acceptent)", r.StructureSignature)
def domaine_dans_objet(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"</ds:Signature>", b"<ds:Object>" + FAUX + b"</ds:Object></ds:Signature>")


@attaque(_STRUCTURE, "faux Domaine dans le ds:Object des propriétés", r.StructureSignature)
def domaine_dans_objet_des_proprietes(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"</ds:Object>", FAUX + b"</ds:Object>")


@attaque(_STRUCTURE, "faux Domaine dans KeyInfo", r.StructureSignature)
def domaine_dans_keyinfo(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"</ds:KeyInfo>", FAUX + b"</ds:KeyInfo>")


@attaque(_STRUCTURE, "faux Domaine dans X509Data", r.StructureSignature)
def domaine_dans_x509data(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"</ds:X509Data>", FAUX + b"</ds:X509Data>")


@attaque(_STRUCTURE, "faux Domaine dans SignatureValue", r.StructureSignature)
def domaine_dans_valeur(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"</ds:SignatureValue>", FAUX + b"</ds:SignatureValue>")


@attaque(_STRUCTURE, "texte libre entre les éléments de la signature", r.StructureSignature)
def texte_dans_signature(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:KeyInfo>", b"db1.666.mesimagesmedicales.fr<ds:KeyInfo>")


@attaque(_STRUCTURE, "fausses QualifyingProperties en premier, SigningTime 2030 (xmlsec1 et le JDK acceptent)", r.StructureSignature)
def fausses_proprietes(terrain: Terrain) -> bytes:
    fake = rewrite(_signature(terrain.data), rb".*<ds:Object>(.*)</ds:Object>.*", rb"\1")
    fake = rewrite(fake, rb"<xades:SigningTime>[^<]*", b"<xades:SigningTime>2030-01-01T00:00:00Z")
    fake = rewrite(fake, rb' Id="[^"]*"', b"")
    return swap(terrain.data, b"<ds:Object>", b"<ds:Object>" + fake + b"</ds:Object><ds:Object>")


@attaque(_STRUCTURE, "deux QualifyingProperties dans le même ds:Object", r.StructureSignature)
def deux_qualifying(terrain: Terrain) -> bytes:
    fake = b'<xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#x"/>'
    return swap(terrain.data, b"<ds:Object>", b"<ds:Object>" + fake)


@attaque(_STRUCTURE, "UnsignedProperties remplies", r.StructureSignature)
def proprietes_non_signees(terrain: Terrain) -> bytes:
    unsigned = b"<xades:UnsignedProperties>" + FAUX + b"</xades:UnsignedProperties>"
    return swap(terrain.data, b"</xades:QualifyingProperties>", unsigned + b"</xades:QualifyingProperties>")


@attaque(_STRUCTURE, "Target désigne une autre signature", r.StructureSignature)
def cible_etrangere(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb'Target="#[^"]*"', b'Target="#autre"')


@attaque(_STRUCTURE, "deux ds:SignedInfo (CVE-2025-29775)", r.StructureSignature)
def deux_signedinfo(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:SignedInfo>.*</ds:SignedInfo>)", rb"\1\1")


@attaque(_STRUCTURE, "deux ds:SignatureValue", r.StructureSignature)
def deux_valeurs(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:KeyInfo>", b"<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>")


@attaque(_STRUCTURE, "KeyInfo absent", r.StructureSignature)
def sans_keyinfo(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"")


@attaque(_STRUCTURE, "KeyValue d'une autre clé à côté du certificat", r.StructureSignature)
def keyvalue_etrangere(terrain: Terrain) -> bytes:
    value = b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    return swap(terrain.data, b"<ds:X509Data>", value + b"<ds:X509Data>")


@attaque(_STRUCTURE, "RetrievalMethod vers l'extérieur dans KeyInfo", r.StructureSignature)
def retrieval_method(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:X509Data>", b'<ds:RetrievalMethod URI="http://127.0.0.1/cle"/><ds:X509Data>')


@attaque(_STRUCTURE, "X509SubjectName d'un autre", r.StructureSignature)
def sujet_menteur(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:X509Data>", b"<ds:X509Data><ds:X509SubjectName>CN=Un autre,C=FR</ds:X509SubjectName>")


@attaque(_STRUCTURE, "X509SubjectName illisible", r.StructureSignature)
def sujet_illisible(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:X509Data>", b"<ds:X509Data><ds:X509SubjectName>personne</ds:X509SubjectName>")


@attaque(_STRUCTURE, "certificat illisible", r.StructureSignature)
def certificat_illisible(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<ds:X509Certificate>[^<]{40}", b"<ds:X509Certificate>" + b"A" * 40)


@attaque(_STRUCTURE, "certificat qui n'est pas du base64", r.StructureSignature)
def certificat_hors_base64(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:X509Certificate>", b"<ds:X509Certificate>***")


@attaque(_STRUCTURE, "X509Data vide", r.StructureSignature)
def sans_certificat(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<ds:X509Data>.*</ds:X509Data>", b"<ds:X509Data></ds:X509Data>")


@attaque(_STRUCTURE, "X509Data à vingt certificats", r.Taille)
def trop_de_certificats(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:X509Certificate>[^<]*</ds:X509Certificate>)", rb"\1" * 20)


@attaque(_STRUCTURE, "signature d'un mégaoctet", r.Taille)
def signature_geante(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:KeyInfo>", b" " * (1 << 20) + b"<ds:KeyInfo>")


@attaque(_STRUCTURE, "le même Id deux fois dans la signature", r.StructureSignature)
def id_repete(terrain: Terrain) -> bytes:
    return rewrite(
        terrain.data, rb'<ds:SignatureValue Id="[^"]*"(.*<xades:SignedProperties) Id="([^"]*)"', rb'<ds:SignatureValue Id="\2"\1 Id="\2"'
    )


@attaque(_STRUCTURE, "xml:id au lieu de Id sur SignedProperties", r.StructureSignature)
def xml_id(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<xades:SignedProperties Id=", b"<xades:SignedProperties xml:id=")


@attaque(_STRUCTURE, "Id absent de ds:Signature", r.StructureSignature)
def sans_id(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb'(<ds:Signature [^>]*) Id="[^"]*"', rb"\1")


@attaque(_STRUCTURE, "attribut inconnu sur ds:Signature", r.StructureSignature)
def attribut_inconnu(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:Signature ", b'<ds:Signature domaine="db1.666.mesimagesmedicales.fr" ')


@attaque(_STRUCTURE, "espace de noms relatif dans la signature", r.StructureSignature)
def espace_relatif_dans_signature(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<ds:KeyInfo>", b'<ds:KeyInfo xmlns:x="relatif">')


@attaque(_STRUCTURE, "XAdES 1.1.1 au lieu de 1.3.2", r.StructureSignature)
def vieil_xades(terrain: Terrain) -> bytes:
    return terrain.data.replace(b"http://uri.etsi.org/01903/v1.3.2#", b"http://uri.etsi.org/01903/v1.1.1#")


@attaque(_STRUCTURE, "élément inconnu, signé, dans SignedInfo", r.StructureSignature)
def signedinfo_en_desordre(terrain: Terrain) -> bytes:
    return forge(terrain, edit_info=lambda info: swap(info, f"<ds:SignedInfo{DS}>", f"<ds:SignedInfo{DS}><ds:Intrus></ds:Intrus>"))
