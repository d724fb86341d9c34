# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks by another signer, and on the value of the signature (steps 4 and 5)."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from banc.attaques import autorite
from banc.attaques.registre import Variante, attaque
from banc.attaques.retouche import FAUX, rewrite, swap
from banc.attaques.terrain import NOW, Authority, Terrain, forge, honest_crls, make_ca, make_root, signer_wish, signing_key
from confiance import refusals as r
from confiance.liste_blanche import Anchors, Policy

_SIGNATAIRE = "4 · signataire"
_VALEUR = "4 · valeur de la signature"
_EMPREINTES = "5 · empreintes"


def _by(terrain: Terrain, wish: autorite.Wish, label: str, issuer: Authority, *chain: x509.Certificate) -> bytes:
    certificate = autorite.issue(wish, issuer.name, issuer.key)
    return forge(terrain, key=signing_key(certificate, label, chain))


def _wrong_signer(terrain: Terrain, **wish: object) -> bytes:
    """Sign with a certificate of the right CA and subject that says something else."""
    changed = replace(signer_wish(), **wish)  # type: ignore[arg-type]  # names of Wish, checked at run time
    return _by(terrain, changed, "signer", terrain.ca, *terrain.key.chain)


def _policy_for(root: Authority, ca: Authority, terrain: Terrain) -> Policy:
    return replace(terrain.policy, anchors=Anchors((root.certificate,), (ca.certificate,), honest_crls(root, ca)))


@attaque(_SIGNATAIRE, "certificat ORG SIGN d'un autre organisme, même autorité (xmlsec1 accepte)", r.SignataireInconnu)
def autre_organisme(terrain: Terrain) -> bytes:
    wish = signer_wish("other", autorite.leaf_name("Liste Blanche DRIM-M", "399999999900019", "UN AUTRE ORGANISME"))
    return _by(terrain, wish, "other", terrain.ca, *terrain.key.chain)


@attaque(_SIGNATAIRE, "même CN, autre OU", r.SignataireInconnu)
def autre_ou(terrain: Terrain) -> bytes:
    wish = signer_wish("other", autorite.leaf_name("Liste Blanche DRIM-M", "318751275100099", "AGENCE DU BANC"))
    return _by(terrain, wish, "other", terrain.ca, *terrain.key.chain)


@attaque(_SIGNATAIRE, "vrai certificat glissé dans KeyInfo, signature d'un autre", r.SignatureFausse)
def certificat_emprunte(terrain: Terrain) -> bytes:
    return forge(terrain, key=signing_key(terrain.key.certificate, "other", terrain.key.chain))


@attaque(_SIGNATAIRE, "certificat autosigné au nom du signataire", r.ChaineInconnue)
def autosigne(terrain: Terrain) -> bytes:
    wish = signer_wish("other")
    certificate = autorite.issue(wish, wish.subject, autorite.key("other"))
    return forge(terrain, key=signing_key(certificate, "other", ()))


@attaque(_SIGNATAIRE, "même nom, autorité d'une autre racine", r.ChaineInconnue)
def autre_racine_de_confiance(terrain: Terrain) -> bytes:
    root = make_root("AC RACINE ETRANGERE", "root2")
    ca = make_ca(root, "AC ETRANGERE", "ca2")
    return _by(terrain, signer_wish("other"), "other", ca, ca.certificate, root.certificate)


@attaque(_SIGNATAIRE, "autorité du même nom que la vraie, autre clé", r.ChaineInconnue)
def autorite_homonyme(terrain: Terrain) -> bytes:
    root = make_root(label="root2")
    ca = make_ca(root, label="ca2")
    return _by(terrain, signer_wish("other"), "other", ca, ca.certificate, root.certificate)


@attaque(_SIGNATAIRE, "autre autorité de la vraie racine, non retenue dans les ancres", r.ChaineInconnue)
def autre_autorite(terrain: Terrain) -> bytes:
    ca = make_ca(terrain.root, "AC PERSONNES DU BANC", "ca2")
    return _by(terrain, signer_wish("other"), "other", ca, ca.certificate, terrain.root.certificate)


@attaque(_SIGNATAIRE, "certificat délivré par un certificat d'organisme (feuille utilisée comme autorité)", r.ChaineInconnue)
def feuille_autorite(terrain: Terrain) -> Variante:
    wish = signer_wish("other2", autorite.leaf_name("Autre", "399999999900019", "UN AUTRE ORGANISME"))
    leaf = Authority(autorite.issue(wish, terrain.ca.name, terrain.ca.key), autorite.key("other2"))
    data = _by(terrain, signer_wish("other"), "other", leaf, leaf.certificate, *terrain.key.chain)
    anchors = replace(terrain.policy.anchors, intermediates=())
    return Variante(data, replace(terrain.policy, anchors=anchors))


@attaque(_SIGNATAIRE, "certificat signé avec une empreinte trop courte", r.ChaineInconnue)
def chaine_faible(terrain: Terrain) -> bytes:
    return _wrong_signer(terrain, digest=hashes.SHA224())


@attaque(_SIGNATAIRE, "deux certificats différents au nom du signataire dans KeyInfo", r.SignataireInconnu)
def deux_signataires(terrain: Terrain) -> bytes:
    second = autorite.issue(signer_wish("other"), terrain.ca.name, terrain.ca.key)
    return forge(terrain, key=replace(terrain.key, chain=(second, *terrain.key.chain)))


@attaque(_SIGNATAIRE, "usage nonRepudiation absent (certificat de serveur)", r.UsageCertificat)
def sans_non_repudiation(terrain: Terrain) -> bytes:
    return _wrong_signer(terrain, usage=autorite.usage("digital_signature", "key_encipherment"))


@attaque(_SIGNATAIRE, "KeyUsage absent", r.UsageCertificat)
def sans_key_usage(terrain: Terrain) -> bytes:
    return _wrong_signer(terrain, usage=None)


@attaque(_SIGNATAIRE, "usage étendu de serveur TLS", r.UsageCertificat)
def usage_tls(terrain: Terrain) -> bytes:
    return _wrong_signer(terrain, extended=x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))


@attaque(_SIGNATAIRE, "certificat d'autorité utilisé pour signer la liste", r.UsageCertificat)
def autorite_signataire(terrain: Terrain) -> bytes:
    return _wrong_signer(
        terrain, basic=x509.BasicConstraints(ca=True, path_length=None), usage=autorite.usage("content_commitment", "key_cert_sign")
    )


@attaque(_SIGNATAIRE, "clé RSA de 1024 bits", r.UsageCertificat)
def cle_courte(terrain: Terrain) -> bytes:
    weak = autorite.key("weak", 1024)
    wish = replace(signer_wish(), public_key=weak.public_key())
    certificate = autorite.issue(wish, terrain.ca.name, terrain.ca.key)
    key = signing_key(certificate, "signer", terrain.key.chain)
    return forge(terrain, key=key)


@attaque(_SIGNATAIRE, "extension critique inconnue", r.UsageCertificat)
def extension_critique(terrain: Terrain) -> bytes:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.250.1.71.99"), b"\x05\x00")
    return _wrong_signer(terrain, extra=(unknown,))


@attaque(_SIGNATAIRE, "contrainte de noms critique", r.UsageCertificat)
def contrainte_de_noms(terrain: Terrain) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])
    return _wrong_signer(terrain, extra=(x509.NameConstraints([x509.DirectoryName(name)], None),))


@attaque(_SIGNATAIRE, "autorité sans keyCertSign", r.UsageCertificat)
def autorite_sans_droit(terrain: Terrain) -> Variante:
    ca = make_ca(terrain.root, ca_usage=autorite.usage("crl_sign"))
    data = _by(terrain, signer_wish(), "signer", ca, ca.certificate)
    return Variante(data, _policy_for(terrain.root, ca, terrain))


@attaque(_SIGNATAIRE, "racine qui interdit les autorités intermédiaires (pathLen 0)", r.UsageCertificat)
def chemin_trop_long(terrain: Terrain) -> Variante:
    own = autorite.key("root")
    certificate = autorite.issue_ca("AC RACINE DU BANC", own, terrain.root.name, own, start=NOW - autorite.YEAR, path_length=0)
    root = Authority(certificate, own)
    ca = make_ca(root)
    return Variante(_by(terrain, signer_wish(), "signer", ca, ca.certificate), _policy_for(root, ca, terrain))


@attaque(_VALEUR, "valeur de signature altérée", r.SignatureFausse)
def valeur_alteree(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:SignatureValue[^>]*>)[^<]{12}", rb"\1AAAAAAAAAAAA")


@attaque(_VALEUR, "valeur de signature tronquée", r.SignatureFausse)
def valeur_tronquee(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:SignatureValue[^>]*>[^<]{40})[^<]*", rb"\1")


@attaque(_VALEUR, "valeur de signature vide", r.StructureSignature)
def valeur_vide(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:SignatureValue[^>]*>)[^<]*", rb"\1")


@attaque(_VALEUR, "valeur de signature qui n'est pas du base64", r.StructureSignature)
def valeur_hors_base64(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(<ds:SignatureValue[^>]*>)[^<]{4}", rb"\1*#*#")


@attaque(_VALEUR, "SignedInfo modifié après signature", r.SignatureFausse)
def signedinfo_modifie(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<ds:DigestValue>[^<]{8}", b"<ds:DigestValue>AAAAAAAA")


@attaque(_EMPREINTES, "texte d'un nom modifié", r.EmpreinteDocument)
def nom_modifie(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"db1.3.mesimagesmedicales.fr", b"db1.4.mesimagesmedicales.fr")


@attaque(_EMPREINTES, "un seul octet modifié dans un DN", r.EmpreinteDocument)
def octet_modifie(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"O=OPERATEUR 3", b"O=OPERATEUR 4")


@attaque(_EMPREINTES, "ligne ajoutée", r.EmpreinteDocument)
def ligne_ajoutee(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"    </ListeDomaines>", FAUX + b"    </ListeDomaines>")


@attaque(_EMPREINTES, "ligne retirée", r.EmpreinteDocument)
def ligne_retiree(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"        <Domaine>.*?</Domaine>\n", b"")


@attaque(_EMPREINTES, "lignes échangées", r.EmpreinteDocument)
def lignes_echangees(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"(        <Domaine>.*?</Domaine>\n)(        <Domaine>.*?</Domaine>\n)", rb"\2\1")


@attaque(_EMPREINTES, "espaces ajoutés entre les lignes", r.EmpreinteDocument)
def espaces_ajoutes(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"        <Domaine>", b"         <Domaine>")


@attaque(_EMPREINTES, "faux Domaine entre ListeDomaines et la signature", r.EmpreinteDocument)
def domaine_hors_liste(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"    </ListeDomaines>\n", b"    </ListeDomaines>\n" + FAUX)


@attaque(_EMPREINTES, "seconde ListeDomaines avant la vraie", r.EmpreinteDocument)
def deux_listes(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"    <ListeDomaines>", b"<ListeDomaines>" + FAUX + b"</ListeDomaines>    <ListeDomaines>")


@attaque(_EMPREINTES, "espace de noms retiré d'une ligne", r.EmpreinteDocument)
def ligne_hors_espace_de_noms(terrain: Terrain) -> bytes:
    return swap(terrain.data, b"<Domaine>", b'<Domaine xmlns="">')


@attaque(_EMPREINTES, "date de génération modifiée", r.EmpreinteDocument)
def date_modifiee(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<DateDeGeneration>2026", b"<DateDeGeneration>2025")


@attaque(_EMPREINTES, "propriétés signées modifiées (SigningTime)", r.EmpreinteProprietes)
def heure_modifiee(terrain: Terrain) -> bytes:
    return rewrite(terrain.data, rb"<xades:SigningTime>2026-11-01T10", b"<xades:SigningTime>2026-11-01T11")


@attaque(_EMPREINTES, "propriétés signées d'une autre signature du même signataire", r.EmpreinteProprietes)
def proprietes_echangees(terrain: Terrain) -> bytes:
    mine, other = forge(terrain), forge(terrain, signing_time=NOW)
    start, end = b"<ds:Object>", b"</ds:Object>"
    taken = other[other.index(start) : other.index(end)]
    return mine[: mine.index(start)] + taken + mine[mine.index(end) :]
