# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Every reason to refuse a Liste Blanche, in the order in which the reader checks them.

::

    ListeBlancheRefused
    ├── 1 Taille
    ├── 2 Encodage · MarquageInterdit · Illisible                      the file as bytes, then as XML
    ├── 3 Racine · NonSignee · SignaturesMultiples · StructureSignature · Algorithme · Transformation · Reference
    ├── 4 SignataireInconnu · ChaineInconnue · UsageCertificat · SignatureFausse   who signed SignedInfo
    ├── 5 EmpreinteDocument · EmpreinteProprietes                      what was signed
    ├── 6 CertificatNonLie · HeureSignature                            XAdES binding
    ├── 7 CertificatExpire · CertificatRevoque · RevocationInconnue    chain at the trusted time
    ├── 8 Contenu · DateFuture                                         the list itself
    └── 9 RetourArriere · MemeDateAutreCorps · RetraitMassif           against what the reader already trusts

Codes are stable: programs compare them, never the sentences.
"""

from __future__ import annotations

from confiance.errors import PeerError

_GUIDE = "Guide d'intégration §2.3"
_REDOWNLOAD = "Garder la dernière liste valide, télécharger de nouveau et prévenir l'administrateur si le refus persiste."


class ListeBlancheRefused(PeerError):
    """The file is not a Liste Blanche that may be trusted."""

    code = "liste_blanche.refusee"
    message = "La Liste Blanche est refusée."
    remede = _REDOWNLOAD
    clause = _GUIDE


class Taille(ListeBlancheRefused):
    """More bytes, entries or certificates than the limits allow, or none at all."""

    code = "liste_blanche.taille"
    message = "La Liste Blanche est vide ou dépasse les limites fixées."


class Encodage(ListeBlancheRefused):
    """Not plain UTF-8 without byte order mark."""

    code = "liste_blanche.encodage"
    message = "La Liste Blanche n'est pas en UTF-8 sans marque d'ordre (BOM)."
    clause = "XML 1.0 §4.3.3"


class MarquageInterdit(ListeBlancheRefused):
    """A DOCTYPE, a comment, a CDATA section or a processing instruction."""

    code = "liste_blanche.marquage_interdit"
    message = "La Liste Blanche contient une DOCTYPE, un commentaire, une section CDATA ou une instruction de traitement."
    clause = "XML Signature Best Practices §2"


class Illisible(ListeBlancheRefused):
    """Not well-formed XML: truncated, too deep, entity without definition."""

    code = "liste_blanche.illisible"
    message = "La Liste Blanche n'est pas un document XML bien formé : fichier tronqué ou altéré."
    clause = "XML 1.0 §2.1"


class Racine(ListeBlancheRefused):
    """Root element, namespace or versionFormat outside the configured sets."""

    code = "liste_blanche.racine"
    message = "L'élément racine, l'espace de noms ou la version de format n'est pas celui d'une Liste Blanche connue."
    remede = "Vérifier l'adresse de téléchargement ; si l'administrateur annonce un nouveau format, compléter la configuration."


class NonSignee(ListeBlancheRefused):
    """No signature."""

    code = "liste_blanche.non_signee"
    message = "La Liste Blanche n'est pas signée."


class SignaturesMultiples(ListeBlancheRefused):
    """More than one ds:Signature anywhere in the document, or not as last child of the root."""

    code = "liste_blanche.signature_mal_placee"
    message = "La signature n'est pas l'unique ds:Signature, dernier enfant de la racine."
    clause = "XML Signature Best Practices §2.1.4"


class StructureSignature(ListeBlancheRefused):
    """An element, attribute or text that the profile does not know inside ds:Signature."""

    code = "liste_blanche.structure_signature"
    message = "La structure de la signature n'est pas celle du profil XAdES attendu."
    clause = "ETSI EN 319 132-1 §6"


class Algorithme(ListeBlancheRefused):
    """Weak or unknown digest, signature or canonicalisation algorithm."""

    code = "liste_blanche.algorithme"
    message = "La signature emploie un algorithme qui n'est pas admis."
    clause = "ETSI TS 119 312"


class Transformation(ListeBlancheRefused):
    """A transform outside the three known ways to leave the signature out."""

    code = "liste_blanche.transformation"
    message = "La signature emploie une transformation qui n'est pas admise."
    clause = "XML Signature Best Practices §2.1.3"


class Reference(ListeBlancheRefused):
    """Not exactly the two references: whole document, then SignedProperties."""

    code = "liste_blanche.reference"
    message = "La signature ne couvre pas exactement le document entier et ses propriétés signées."
    clause = "ETSI EN 319 132-1 §6.3"


class SignataireInconnu(ListeBlancheRefused):
    """The certificate is not one of the pinned signers."""

    code = "liste_blanche.signataire_inconnu"
    message = "Le signataire n'est pas l'un des signataires attendus."
    remede = "Ne pas utiliser cette liste. Si l'administrateur a annoncé un nouveau signataire, l'ajouter à la configuration."


class ChaineInconnue(ListeBlancheRefused):
    """No path leaf → CA → root ends in the trust anchors."""

    code = "liste_blanche.chaine_inconnue"
    message = "Le certificat du signataire n'est pas délivré par une autorité de confiance."
    remede = "Vérifier que les autorités de l'IGC-Santé sont installées ; sinon ne pas utiliser cette liste."
    clause = "RFC 5280 §6.1"


class UsageCertificat(ListeBlancheRefused):
    """The certificate may not sign documents, or a CA certificate may not sign certificates."""

    code = "liste_blanche.usage_certificat"
    message = "L'usage du certificat ne permet pas de signer la Liste Blanche."
    clause = "RFC 5280 §4.2.1.3"


class SignatureFausse(ListeBlancheRefused):
    """The signature value does not match SignedInfo."""

    code = "liste_blanche.signature_fausse"
    message = "La valeur de la signature est fausse."
    clause = "XML Signature §3.2.2"


class EmpreinteDocument(ListeBlancheRefused):
    """The list was altered after signing."""

    code = "liste_blanche.empreinte_document"
    message = "Le contenu de la Liste Blanche a été modifié après la signature."
    clause = "XML Signature §3.2.1"


class EmpreinteProprietes(ListeBlancheRefused):
    """The signed properties were altered after signing."""

    code = "liste_blanche.empreinte_proprietes"
    message = "Les propriétés de la signature ont été modifiées après la signature."
    clause = "XML Signature §3.2.1"


class CertificatNonLie(ListeBlancheRefused):
    """SigningCertificate does not designate the certificate that verified the signature."""

    code = "liste_blanche.certificat_non_lie"
    message = "Les propriétés signées ne désignent pas le certificat du signataire."
    clause = "ETSI EN 319 132-1 §5.2.2"


class HeureSignature(ListeBlancheRefused):
    """SigningTime is absent, in the future or outside the validity of the certificate."""

    code = "liste_blanche.heure_signature"
    message = "L'heure de signature est absente, future ou hors de la validité du certificat."
    remede = "Vérifier l'horloge de cette machine, puis télécharger de nouveau."
    clause = "ETSI EN 319 132-1 §5.2.1"


class CertificatExpire(ListeBlancheRefused):
    """A certificate of the chain is not valid at the trusted time."""

    code = "liste_blanche.certificat_expire"
    message = "Le certificat du signataire ou de son autorité est expiré ou pas encore valide."
    remede = "Vérifier l'horloge ; garder la dernière liste valide et attendre une liste signée avec un certificat en cours de validité."
    clause = "RFC 5280 §6.1.3"


class CertificatRevoque(ListeBlancheRefused):
    """A certificate of the chain is revoked."""

    code = "liste_blanche.certificat_revoque"
    message = "Le certificat du signataire ou de son autorité est révoqué."
    remede = "Ne pas utiliser cette liste et prévenir l'administrateur."
    clause = "RFC 5280 §6.3"


class RevocationInconnue(ListeBlancheRefused):
    """No fresh CRL tells the state of the chain (hard policy)."""

    code = "liste_blanche.revocation_inconnue"
    message = "Aucune liste de révocation en cours de validité ne couvre le certificat du signataire et son autorité."
    remede = "Télécharger les listes de révocation de l'IGC-Santé, puis recommencer."
    clause = "RFC 5280 §6.3.3"


class Contenu(ListeBlancheRefused):
    """What was signed does not follow the format of a list."""

    code = "liste_blanche.contenu"
    message = "Le contenu signé ne suit pas le format de la Liste Blanche."


class DateFuture(ListeBlancheRefused):
    """DateDeGeneration lies after the trusted time."""

    code = "liste_blanche.date_future"
    message = "La date de génération de la Liste Blanche est dans le futur."
    remede = "Vérifier l'horloge de cette machine, puis télécharger de nouveau."


class RetourArriere(ListeBlancheRefused):
    """Older than the list already trusted."""

    code = "liste_blanche.retour_arriere"
    message = "Cette Liste Blanche est plus ancienne que celle déjà acceptée."
    remede = "Garder la liste acceptée ; vérifier le serveur ou le miroir qui a donné ce fichier."


class MemeDateAutreCorps(ListeBlancheRefused):
    """Same dates as the list already trusted, other content."""

    code = "liste_blanche.meme_date_autre_corps"
    message = "Cette Liste Blanche porte les mêmes dates que celle déjà acceptée, avec un autre contenu."
    remede = "Garder la liste acceptée et prévenir l'administrateur : deux listes différentes circulent."


class RetraitMassif(ListeBlancheRefused):
    """Removes more names at once than the guard allows."""

    code = "liste_blanche.retrait_massif"
    message = "Cette Liste Blanche retire d'un coup plus de DRIMbox que la limite fixée."
    remede = "Demander confirmation à l'administrateur, puis accepter cette liste par son empreinte SHA-256."
