# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The refusals of the images door.

::

    Refus (PeerError)
    ├── 400  KosAbsent  AcceptAbsent  AcceptIllisible  AdresseIllisible  CadresIllisibles  RechercheIllisible  DemandeIllisible
    ├── 401  JetonAbsent  JetonIllisible  JetonInactif  JetonSansProfessionnel
    ├── 403  CertificatRefuse  CertificatRevoque  CertificatHorsListe
    ├── 404  KosInconnu  KosRetire  KosRemplace  RessourceInconnue  TraceInconnue
    ├── 405  MethodeRefusee
    ├── 406  SyntaxeRefusee  FormatRefuse  SansImage
    ├── 421  NomInattendu
    ├── 429  TropDeDemandes  TropDeJetons
    ├── 502  PacsEnErreur  ObjetEtranger  AutrePatient  ConversionImpossible  MetadonneesTropLongues
    ├── 503  ListePerimee  RevocationInconnue  PscIndisponible  TropDeTransferts  TropDeConversions  PacsIndisponible  InterneIndisponible
    ├── 504  PacsMuet
    └── 505  VersionRefusee

A 5xx says that the peer did nothing wrong; it stays in this tree because the door answers it the same way. No sentence here quotes
anything the peer sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from drimbox.source.admission.defaillances import (
    AutrePatient,
    ConversionImpossible,
    InterneIndisponible,
    ListePerimee,
    MetadonneesTropLongues,
    ObjetEtranger,
    PacsEnErreur,
    PacsIndisponible,
    PacsMuet,
    PscIndisponible,
    RevocationInconnue,
    TropDeConversions,
    TropDeTransferts,
)
from drimbox.source.admission.refus import Refus

__all__ = [
    "AutrePatient",
    "ConversionImpossible",
    "InterneIndisponible",
    "ListePerimee",
    "MetadonneesTropLongues",
    "ObjetEtranger",
    "PacsEnErreur",
    "PacsIndisponible",
    "PacsMuet",
    "PscIndisponible",
    "Refus",
    "RevocationInconnue",
    "TropDeConversions",
    "TropDeTransferts",
]

_MAILLE = "Spécifications DRIM-M, échanges entre DRIMbox"
_WADO = "DICOM PS3.18 §8 et §10.4"


class AdresseIllisible(Refus):
    """The path holds something that is not a DICOM UID."""

    code = "partage.adresse_illisible"
    status = 400
    title = "Adresse illisible"
    message = "L'adresse demandée contient un identifiant qui n'est pas un UID DICOM."
    remede = "Reprenez l'adresse RetrieveURL du KOS sans la modifier."
    clause = _WADO


class CadresIllisibles(Refus):
    """The path asks for frames that are no numbers, too many, or the same twice."""

    code = "partage.cadres_illisibles"
    status = 400
    title = "Cadres illisibles"
    message = "Les cadres demandés ne sont pas des numéros à partir de 1, séparés par des virgules."
    remede = "Écrivez /frames/ suivi de 1000 numéros au plus, chacun une seule fois ; NumberOfFrames (0028,0008) dit combien l'image en a."
    clause = _WADO


class RechercheIllisible(Refus):
    """The parameters of a search are too long, too many, or a bound is not a number."""

    code = "partage.recherche_illisible"
    status = 400
    title = "Recherche illisible"
    message = "La recherche demandée est trop longue, ou une de ses bornes n'est pas un nombre."
    remede = "Donnez à limit et à offset un nombre entier, sans signe, et au plus 64 critères de 512 caractères."
    clause = "DICOM PS3.18 §8.3.4"


class DemandeIllisible(Refus):
    """What came is not a request of HTTP/1.1."""

    code = "partage.demande_illisible"
    status = 400
    title = "Demande illisible"
    message = "Ce qui est arrivé ne se lit pas comme une demande HTTP/1.1."
    remede = "Vérifiez ce qu'envoie votre DRIMbox : une ligne de 8 ko au plus, des en-têtes de 16 ko au plus, sans caractère de contrôle."
    clause = "RFC 9112 §2.2 et §3"


class KosAbsent(Refus):
    """The header KOS-SOPInstanceUID is missing, repeated or not a UID."""

    code = "admission.kos_absent"
    status = 400
    title = "KOS non désigné"
    message = "L'en-tête KOS-SOPInstanceUID est absent, répété ou illisible."
    remede = "Envoyez une fois l'en-tête KOS-SOPInstanceUID avec le SOP Instance UID du KOS trouvé dans le DMP."
    clause = _MAILLE


class AcceptAbsent(Refus):
    """The header Accept is missing."""

    code = "admission.accept_absent"
    status = 400
    title = "Formats non désignés"
    message = "L'en-tête Accept est absent."
    remede = "Envoyez l'en-tête Accept avec les syntaxes de transfert acceptées et leur poids q."
    clause = _MAILLE


class AcceptIllisible(Refus):
    """The header Accept cannot be read."""

    code = "admission.accept_illisible"
    status = 400
    title = "Formats illisibles"
    message = "L'en-tête Accept ne peut pas être lu."
    remede = 'Employez la forme multipart/related; type="application/dicom";transfer-syntax=UID;q=0.9, séparée par des virgules.'
    clause = "RFC 9110 §12.5.1 ; DICOM PS3.18 §8.7.5"


class JetonAbsent(Refus):
    """No bearer token was given."""

    code = "admission.jeton_absent"
    status = 401
    title = "Jeton absent"
    message = "La demande ne porte pas de jeton Pro Santé Connect."
    remede = "Envoyez l'en-tête Authorization: Bearer avec le jeton d'accès du professionnel."
    clause = _MAILLE


class JetonIllisible(Refus):
    """The header Authorization is repeated, or holds something else than one bearer token."""

    code = "admission.jeton_illisible"
    status = 401
    title = "Jeton illisible"
    message = "L'en-tête Authorization est répété, ou n'est pas le mot Bearer suivi d'un jeton."
    remede = "Envoyez un seul en-tête Authorization : le mot Bearer, un espace, puis le jeton d'accès du professionnel."
    clause = "RFC 6750 §2.1"


class JetonInactif(Refus):
    """Pro Santé Connect does not know the token, or no longer."""

    code = "admission.jeton_inactif"
    status = 401
    title = "Jeton refusé"
    message = "Pro Santé Connect ne reconnaît pas ce jeton, ou il n'est plus actif."
    remede = "Renouvelez le jeton d'accès du professionnel auprès du Pro Santé Connect de l'Espace de Confiance, puis recommencez."
    clause = "RFC 7662 §2.2"


class JetonSansProfessionnel(Refus):
    """Pro Santé Connect knows the token, and names no professional behind it: a program obtained it for itself."""

    code = "admission.jeton_sans_professionnel"
    status = 401
    title = "Jeton sans professionnel"
    message = "Pro Santé Connect ne nomme aucun professionnel derrière ce jeton."
    remede = "Envoyez le jeton d'accès du professionnel connecté, et non celui d'un programme."
    clause = "Référentiel Pro Santé Connect, introspection (SubjectNameID)"


class CertificatRefuse(Refus):
    """The client certificate passed the handshake and no longer stands: expired since, or its authority is gone."""

    code = "admission.certificat_refuse"
    status = 403
    title = "Certificat refusé"
    message = "Le certificat présenté n'est pas valable."
    remede = "Présentez le certificat SERV_SSL IGC-Santé en cours de validité de la DRIMbox."
    clause = "RFC 5280 §6.1"


class CertificatRevoque(Refus):
    """The client certificate, or its CA, is revoked."""

    code = "admission.certificat_revoque"
    status = 403
    title = "Certificat révoqué"
    message = "Le certificat présenté est révoqué."
    remede = "Demandez un nouveau certificat SERV_SSL et déclarez-le à l'Espace de Confiance."
    clause = "RFC 5280 §6.3"


class CertificatHorsListe(Refus):
    """The DN of the client certificate is not in the list in force."""

    code = "admission.certificat_hors_liste"
    status = 403
    title = "DRIMbox hors de la Liste Blanche"
    message = "Le certificat présenté n'est pas dans la Liste Blanche en vigueur."
    remede = "Vérifiez auprès de l'Espace de Confiance que votre DRIMbox y est intégrée avec le DN de ce certificat."
    clause = _MAILLE


class KosInconnu(Refus):
    """The KOS is unknown, not deposited, or of another study or name: one answer for all, so that nothing can be guessed."""

    code = "admission.kos_inconnu"
    status = 404
    title = "Examen introuvable"
    message = "Aucun KOS en service ne correspond à cette demande."
    remede = "Relisez le KOS dans le DMP : il a pu être remplacé ou retiré."
    clause = _MAILLE


class KosRetire(Refus):
    """The KOS was withdrawn: its exam is no longer published."""

    code = "admission.kos_retire"
    status = 404
    title = "Examen retiré"
    message = "Ce KOS a été retiré : son examen n'est plus publié."
    remede = "N'affichez plus cet examen et relisez le DMP du patient."
    clause = _MAILLE


class KosRemplace(Refus):
    """The KOS was replaced by another."""

    code = "admission.kos_remplace"
    status = 404
    title = "KOS remplacé"
    message = "Ce KOS a été remplacé par un KOS plus récent."
    remede = "Relisez le DMP du patient et employez le KOS en vigueur."
    clause = _MAILLE


class RessourceInconnue(Refus):
    """The path names no service, or nothing that the KOS points to and the PACS holds: one answer for all."""

    code = "partage.ressource_inconnue"
    status = 404
    title = "Ressource introuvable"
    message = "La ressource demandée n'existe pas ou n'est plus dans le PACS."
    remede = "Reprenez les séries et les instances que cite le KOS."
    clause = _WADO


class TraceInconnue(Refus):
    """No line of the journal under this number is about the peer that asks."""

    code = "partage.trace_inconnue"
    status = 404
    title = "Numéro inconnu"
    message = "Aucune demande de votre DRIMbox n'est connue ici sous ce numéro de trace."
    remede = "Ouvrez l'adresse donnée par la réponse, avec le certificat de la DRIMbox refusée, tant que le journal garde sa ligne."
    clause = ""


class MethodeRefusee(Refus):
    """Only GET and OPTIONS are served."""

    code = "partage.methode_refusee"
    status = 405
    title = "Méthode refusée"
    message = "Cette porte ne sert que GET et OPTIONS."
    remede = "Employez GET."
    clause = _WADO


class SyntaxeRefusee(Refus):
    """The stored transfer syntax is not among those the peer accepts."""

    code = "partage.syntaxe_refusee"
    status = 406
    title = "Format non disponible"
    message = "Les images sont conservées dans une syntaxe de transfert que la demande n'accepte pas."
    remede = "Ajoutez à l'en-tête Accept la syntaxe de transfert indiquée, ou transfer-syntax=*."
    clause = "DICOM PS3.18 §8.7.8"


class FormatRefuse(Refus):
    """None of the media types that this resource can take is accepted."""

    code = "partage.format_refuse"
    status = 406
    title = "Format non disponible"
    message = "Cette ressource n'existe dans aucun des formats que la demande accepte."
    remede = "Demandez application/dicom+json pour les métadonnées et les recherches, image/jpeg ou image/png pour un rendu."
    clause = "DICOM PS3.18 §8.7.5"


class SansImage(Refus):
    """The object has no image that could be shown or cut into frames."""

    code = "partage.sans_image"
    status = 406
    title = "Objet sans image"
    message = "Cet objet n'a pas d'image à rendre ou à découper en cadres."
    remede = "Demandez l'instance entière."
    clause = "DICOM PS3.18 §10.4.1.1.3 et §10.4.1.1.6"


class NomInattendu(Refus):
    """The name of the TLS handshake, the Host header and our db names do not agree."""

    code = "admission.nom_inattendu"
    status = 421
    title = "Nom inattendu"
    message = "Le nom demandé n'est pas celui de la connexion, ou n'est pas servi ici."
    remede = "Ouvrez une connexion TLS vers le nom db de la DRIMbox et gardez ce nom dans l'en-tête Host."
    clause = "RFC 9110 §15.5.20"


class TropDeDemandes(Refus):
    """This peer already has as many transfers as one peer may have, and as many waiting."""

    code = "partage.trop_de_demandes"
    status = 429
    title = "Trop de demandes"
    message = "Votre DRIMbox a déjà le nombre maximal de transferts en cours et en attente sur cette source."
    remede = "Attendez la fin d'un transfert avant d'en demander un autre."
    clause = "RFC 6585 §4"
    retry_after = 5


class TropDeJetons(Refus):
    """This peer brings more tokens at once than we ask about, or went on bringing some that Pro Santé Connect does not know."""

    code = "admission.trop_de_jetons"
    status = 429
    title = "Trop de jetons refusés"
    message = "Votre DRIMbox a présenté en peu de temps trop de jetons que Pro Santé Connect ne reconnaît pas."
    remede = "Attendez une minute, et n'envoyez que des jetons d'accès en cours de validité."
    clause = "RFC 6585 §4"
    retry_after = 60


class VersionRefusee(Refus):
    """Another version than HTTP/1.1: an older one has no chunks, so that an answer that is cut would pass for a whole one."""

    code = "partage.version_refusee"
    status = 505
    title = "Version de HTTP refusée"
    message = "Cette porte ne parle que HTTP/1.1 : dans une version plus ancienne, une réponse coupée passerait pour entière."
    remede = "Employez HTTP/1.1 ; derrière un mandataire nginx, réglez proxy_http_version 1.1."
    clause = "RFC 9110 §15.6.6"


def refusals() -> Iterator[type[Refus]]:
    """Yield every refusal of the door."""
    yield from Refus.__subclasses__()
