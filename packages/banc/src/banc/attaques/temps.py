# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks on the XAdES binding, on time and on revocation (steps 6 and 7)."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques import autorite
from banc.attaques.registre import Variante, attaque
from banc.attaques.retouche import DS, rewrite, swap
from banc.attaques.terrain import NOW, Authority, Edit, Terrain, forge, make_ca, make_root, signer_wish, signing_key
from confiance import refusals as r
from confiance.liste_blanche import Anchors, Limits, Policy
from confiance.xades import der
from confiance.xades.names import SHA512

_LIEN = "6 · lien avec le certificat"
_HEURE = "6 · heure de signature"
_VALIDITE = "7 · validité"
_REVOCATION = "7 · révocation"
_CRL_ENTRY_TIME = NOW - timedelta(days=1)


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _edit(pattern: str, new: str) -> Edit:
    return lambda text: rewrite(text, pattern, new)


def _other_certificate(terrain: Terrain) -> x509.Certificate:
    return autorite.issue(signer_wish("other"), terrain.ca.name, terrain.ca.key)


@attaque(_LIEN, "CertDigest d'un autre certificat", r.CertificatNonLie)
def empreinte_autre_certificat(terrain: Terrain) -> bytes:
    digest = _b64(hashlib.sha512(_other_certificate(terrain).public_bytes(Encoding.DER)).digest())
    return forge(terrain, edit_properties=_edit(r"(<ds:DigestValue[^>]*>)[^<]*", rf"\g<1>{digest}"))


@attaque(_LIEN, "IssuerSerialV2 d'un autre certificat", r.CertificatNonLie)
def numero_autre_certificat(terrain: Terrain) -> bytes:
    serial = _b64(der.issuer_serial(_other_certificate(terrain)))
    return forge(terrain, edit_properties=_edit("<xades:IssuerSerialV2>[^<]*", f"<xades:IssuerSerialV2>{serial}"))


@attaque(_LIEN, "IssuerSerial (V1) d'une autre autorité", r.CertificatNonLie)
def emetteur_v1_errone(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_to_v1("CN=AC INCONNUE, C=FR", str(terrain.key.certificate.serial_number)))


@attaque(_LIEN, "IssuerSerial (V1) illisible", r.CertificatNonLie)
def emetteur_v1_illisible(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_to_v1("AC INCONNUE", str(terrain.key.certificate.serial_number)))


@attaque(_LIEN, "IssuerSerial (V1) d'un autre numéro de série", r.CertificatNonLie)
def numero_v1_errone(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_to_v1(terrain.ca.name.rfc4514_string(), "1"))


def _to_v1(issuer: str, serial: str) -> Edit:
    """Rewrite SigningCertificateV2 as V1."""
    numbers = f"<ds:X509IssuerName{DS}>{issuer}</ds:X509IssuerName><ds:X509SerialNumber{DS}>{serial}</ds:X509SerialNumber>"

    def edit(text: str) -> str:
        text = text.replace("SigningCertificateV2", "SigningCertificate")
        return rewrite(text, "<xades:IssuerSerialV2>.*</xades:IssuerSerialV2>", f"<xades:IssuerSerial>{numbers}</xades:IssuerSerial>")

    return edit


@attaque(_LIEN, "SigningCertificate absent", r.CertificatNonLie)
def sans_lien(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("<xades:SigningCertificateV2>.*</xades:SigningCertificateV2>", ""))


@attaque(_LIEN, "SigningCertificate V1 et V2 ensemble", r.CertificatNonLie)
def deux_liens(terrain: Terrain) -> bytes:
    extra = "<xades:SigningCertificate></xades:SigningCertificate><xades:SigningCertificateV2>"
    return forge(terrain, edit_properties=_edit("<xades:SigningCertificateV2>", extra))


@attaque(_LIEN, "SigningCertificate vide", r.StructureSignature)
def lien_vide(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("<xades:Cert>.*</xades:Cert>", ""))


@attaque(_LIEN, "CertDigest absent", r.StructureSignature)
def lien_sans_empreinte(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("<xades:CertDigest>.*</xades:CertDigest>", ""))


@attaque(_LIEN, "élément V1 dans SigningCertificateV2", r.StructureSignature)
def lien_melange(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=lambda text: text.replace("IssuerSerialV2", "IssuerSerial"))


@attaque(_LIEN, "IssuerSerialV2 dans SigningCertificate V1", r.StructureSignature)
def lien_melange_inverse(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=lambda text: text.replace("SigningCertificateV2", "SigningCertificate"))


@attaque(_LIEN, "certificat désigné en SHA-1", r.Algorithme)
def lien_sha1(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=lambda text: swap(text, SHA512, "http://www.w3.org/2000/09/xmldsig#sha1"))


@attaque(_LIEN, "DataObjectFormat d'un autre objet", r.StructureSignature)
def format_autre_objet(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit('ObjectReference="[^"]*"', 'ObjectReference="#autre"'))


@attaque(_LIEN, "SignedProperties vides", r.StructureSignature)
def proprietes_vides(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("(<xades:SignedProperties[^>]*>).*(</xades:SignedProperties>)", r"\1\2"))


@attaque(_LIEN, "deux SignedSignatureProperties", r.StructureSignature)
def proprietes_doubles(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("(<xades:SignedSignatureProperties>.*</xades:SignedSignatureProperties>)", r"\1\1"))


@attaque(_HEURE, "SigningTime absent", r.HeureSignature)
def sans_heure(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("<xades:SigningTime>.*</xades:SigningTime>", ""))


@attaque(_HEURE, "deux SigningTime", r.HeureSignature)
def deux_heures(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("(<xades:SigningTime>.*</xades:SigningTime>)", r"\1\1"))


@attaque(_HEURE, "SigningTime illisible", r.HeureSignature)
def heure_illisible(terrain: Terrain) -> bytes:
    return forge(terrain, edit_properties=_edit("<xades:SigningTime>[^<]*", "<xades:SigningTime>hier"))


@attaque(_HEURE, "SigningTime dans le futur (plus de cinq minutes)", r.HeureSignature)
def heure_future(terrain: Terrain) -> bytes:
    return forge(terrain, signing_time=NOW + Limits().clock_skew + timedelta(seconds=1))


@attaque(_HEURE, "SigningTime avant la validité du certificat", r.HeureSignature)
def heure_trop_tot(terrain: Terrain) -> bytes:
    return forge(terrain, signing_time=terrain.key.certificate.not_valid_before_utc - timedelta(seconds=1))


@attaque(_HEURE, "SigningTime après la validité du certificat", r.HeureSignature)
def heure_trop_tard(terrain: Terrain) -> Variante:
    late = terrain.key.certificate.not_valid_after_utc + timedelta(seconds=1)
    return Variante(forge(terrain, signing_time=late), at=late)


@attaque(_VALIDITE, "signataire expiré au temps de confiance", r.CertificatExpire)
def signataire_expire(terrain: Terrain) -> Variante:
    return Variante(terrain.data, at=terrain.key.certificate.not_valid_after_utc + timedelta(seconds=1))


@attaque(_VALIDITE, "autorité expirée", r.CertificatExpire)
def autorite_expiree(terrain: Terrain) -> Variante:
    ca = make_ca(terrain.root, end=NOW - timedelta(hours=1))
    return _signed_under(terrain, terrain.root, ca)


@attaque(_VALIDITE, "racine expirée", r.CertificatExpire)
def racine_expiree(terrain: Terrain) -> Variante:
    own, start = autorite.key("root"), NOW - autorite.YEAR
    root = Authority(autorite.issue_ca("AC RACINE DU BANC", own, terrain.root.name, own, start=start, end=NOW - timedelta(hours=1)), own)
    return _signed_under(terrain, root, make_ca(root))


def _signed_under(terrain: Terrain, root: Authority, ca: Authority) -> Variante:
    certificate = autorite.issue(signer_wish(), ca.name, ca.key)
    data = forge(terrain, key=signing_key(certificate, "signer", (ca.certificate,)))
    crls = (autorite.crl(root.name, root.key, at=NOW), autorite.crl(ca.name, ca.key, at=NOW))
    return Variante(data, Policy(Anchors((root.certificate,), (ca.certificate,), crls), terrain.policy.signers))


def _revoking(terrain: Terrain, *extensions: x509.ExtensionType, delay: timedelta = timedelta(0), **options: object) -> Policy:
    entry = autorite.revoked_entry(terrain.key.certificate.serial_number, _CRL_ENTRY_TIME + delay, *extensions)
    revoking = autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, revoked=[entry])
    return terrain.with_crls(terrain.fresh_crls()[0], revoking, **options)


@attaque(_REVOCATION, "signataire révoqué", r.CertificatRevoque)
def signataire_revoque(terrain: Terrain) -> Variante:
    return Variante(terrain.data, _revoking(terrain))


@attaque(_REVOCATION, "signataire révoqué, politique souple", r.CertificatRevoque)
def signataire_revoque_souple(terrain: Terrain) -> Variante:
    return Variante(terrain.data, _revoking(terrain, revocation="soft"))


@attaque(_REVOCATION, "signataire compromis, révocation datée après le temps de confiance", r.CertificatRevoque)
def signataire_compromis(terrain: Terrain) -> Variante:
    return Variante(terrain.data, _revoking(terrain, x509.CRLReason(x509.ReasonFlags.key_compromise), delay=timedelta(days=2)))


@attaque(_REVOCATION, "signataire invalide avant sa révocation (invalidityDate)", r.CertificatRevoque)
def invalide_avant(terrain: Terrain) -> Variante:
    since = (NOW - timedelta(days=3)).replace(tzinfo=None)
    return Variante(terrain.data, _revoking(terrain, x509.InvalidityDate(since), delay=timedelta(days=2)))


@attaque(_REVOCATION, "signataire révoqué dans une CRL périmée", r.CertificatRevoque)
def revoque_dans_crl_perimee(terrain: Terrain) -> Variante:
    policy = _revoking(terrain)
    return Variante(terrain.data, terrain.with_crls(*policy.anchors.crls, revocation="soft"), at=NOW + timedelta(days=30))


@attaque(_REVOCATION, "autorité révoquée", r.CertificatRevoque)
def autorite_revoquee(terrain: Terrain) -> Variante:
    entry = autorite.revoked_entry(terrain.ca.certificate.serial_number, _CRL_ENTRY_TIME)
    revoking = autorite.crl(terrain.root.name, terrain.root.key, at=NOW, revoked=[entry])
    return Variante(terrain.data, terrain.with_crls(revoking, terrain.fresh_crls()[1]))


@attaque(_REVOCATION, "aucune CRL, politique dure", r.RevocationInconnue)
def sans_crl(terrain: Terrain) -> Variante:
    return Variante(terrain.data, terrain.with_crls())


@attaque(_REVOCATION, "CRL de la racine absente, politique dure", r.RevocationInconnue)
def sans_crl_racine(terrain: Terrain) -> Variante:
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[1]))


@attaque(_REVOCATION, "CRL périmée, politique dure", r.RevocationInconnue)
def crl_perimee(terrain: Terrain) -> Variante:
    return Variante(terrain.data, at=NOW + timedelta(days=7))


@attaque(_REVOCATION, "CRL pas encore en vigueur, politique dure", r.RevocationInconnue)
def crl_future(terrain: Terrain) -> Variante:
    later = autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW + timedelta(days=2))
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[0], later))


@attaque(_REVOCATION, "CRL d'un autre émetteur, politique dure", r.RevocationInconnue)
def crl_autre_emetteur(terrain: Terrain) -> Variante:
    other = make_root("AC RACINE ETRANGERE", "root2")
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[0], autorite.crl(other.name, other.key, at=NOW)))


@attaque(_REVOCATION, "CRL au nom de l'autorité, signée par un autre, politique dure", r.RevocationInconnue)
def crl_contrefaite(terrain: Terrain) -> Variante:
    forged = autorite.crl(terrain.ca.name, autorite.key("other"), at=NOW)
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[0], forged))


@attaque(_REVOCATION, "CRL différentielle seule, politique dure", r.RevocationInconnue)
def crl_delta_seule(terrain: Terrain) -> Variante:
    delta = autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, extensions=[x509.DeltaCRLIndicator(1)])
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[0], delta))


@attaque(_REVOCATION, "CRL limitée à d'autres certificats, politique dure", r.RevocationInconnue)
def crl_partielle(terrain: Terrain) -> Variante:
    scope = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)  # only CA certificates
    partial = autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, extensions=[scope])
    return Variante(terrain.data, terrain.with_crls(terrain.fresh_crls()[0], partial))
