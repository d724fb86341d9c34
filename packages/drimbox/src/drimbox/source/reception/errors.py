# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a message is not taken.

::

    PeerError
    ├── NoteIllisible         a rejection note of a PACS cannot be read
    │   └── NoteTropLongue    it is longer than the limit
    ├── PacsInconnu           who sends a rejection note is none of the PACS of the settings
    ├── TrameRefusee          the framing is wrong: the connection is closed
    │   ├── TrameTropLongue
    │   └── SansTrame
    └── MessageRefuse         the message is wrong: answered by AE or AR, with table 0357 and a French sentence
        ├── MessageIllisible, JeuDeCaracteres, TropDeSegments, EchappementIllisible, CaractereInterdit
        ├── ChampAbsent, PlusieursPatients
        ├── TypeNonTraite, EvenementNonTraite, ModeNonTraite, VersionNonTraitee, EmetteurInconnu     (AR)
        ├── DocumentInattendu, DocumentIllisible
        ├── IntentionContradictoire, DrapeauIllisible, CompteRenduProvisoire
        └── CompteRenduRefuse     the report itself cannot be read
    TransportError
    └── EnregistrementImpossible  the message cannot be stored now: the RIS sends it again
    OwnError
    ├── DefautInterne         our program failed on a message it should have read or refused
    └── MessageFige           what is asked of a kept message cannot be done any more
        └── CorpsEfface       its content was erased, its time being over
"""

from __future__ import annotations

from typing import ClassVar

from confiance.errors import DrimmError, OwnError, PeerError, TransportError

TROP_GROS = "compte_rendu.trop_gros"
VOLET = "CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2, 2.1"


class TrameRefusee(PeerError):
    """Bytes that are no MLLP frame."""

    code = "reception.trame"
    message = "Les octets reçus ne suivent pas MLLP."
    remede = "Vérifier que l'émetteur encadre chaque message par VT (0B) et FS CR (1C 0D)."
    clause = "HL7 v2, Transport Specification: MLLP"


class TrameTropLongue(TrameRefusee):
    """A message longer than the limit."""

    code = "reception.trame_trop_longue"
    message = "Le message dépasse la taille admise."
    remede = "Réduire le document joint, ou relever reception.max_message_bytes."


class SansTrame(TrameRefusee):
    """Many bytes outside any frame."""

    code = "reception.sans_trame"


class MessageRefuse(PeerError):
    """A message that is answered by a refusal.

    Attributes:
        ack: AE (the content is wrong) or AR (the header asks what is not offered), HL7 v2 chapter 2.9.2.
        erreur: number of table HL70357, for ERR-3.
        segment: segment at fault, for ERR-2.
    """

    code = "reception.message_refuse"
    message = "Le message est refusé."
    remede = "Corriger le message d'après la raison donnée, puis le renvoyer."
    ack: ClassVar[str] = "AE"
    erreur: ClassVar[str] = "207"
    segment: str = ""

    def __init__(self, message: str | None = None, *, remede: str | None = None, segment: str = "") -> None:
        self.segment = segment or self.segment
        super().__init__(message, remede=remede)


class MessageIllisible(MessageRefuse):
    """Not an HL7 v2 message."""

    code = "reception.illisible"
    erreur = "100"
    message = "Le message ne commence pas par un segment MSH lisible."
    remede = "Vérifier le paramétrage de l'interface d'envoi."
    segment = "MSH"
    clause = "HL7 v2, chapitre 2"


class JeuDeCaracteres(MessageRefuse):
    """Bytes that the declared character set cannot explain."""

    code = "reception.jeu_de_caracteres"
    erreur = "102"
    message = "Le message n'est pas écrit dans le jeu de caractères annoncé en MSH-18."
    remede = "Émettre en UTF-8 (MSH-18 = UNICODE UTF-8)."
    segment = "MSH"
    clause = VOLET


class EchappementIllisible(MessageRefuse):
    """A backslash that begins no escape: a value that concerns a patient is not guessed."""

    code = "reception.echappement"
    erreur = "102"
    message = "Un champ contient une séquence d'échappement (\\…\\) mal formée."
    remede = "Écrire la barre oblique inverse \\E\\ et les séparateurs \\F\\, \\S\\, \\T\\ et \\R\\, puis renvoyer le message."
    clause = "HL7 v2, chapitre 2.7"


class CaractereInterdit(MessageRefuse):
    """A number holds a character that cannot be printed: nothing can be found under it."""

    code = "reception.caractere_interdit"
    erreur = "102"
    message = "Un identifiant du message contient un caractère qui ne s'imprime pas."
    remede = "Corriger ce numéro dans le RIS, puis renvoyer le message."
    clause = "HL7 v2, chapitre 2A, type EI"


class TropDeSegments(MessageRefuse):
    """More segments or fields than any report needs."""

    code = "reception.trop_de_segments"
    remede = "Vérifier que l'interface d'envoi ne met qu'un compte rendu par message."
    erreur = "100"
    message = "Le message contient trop de segments ou de champs."


class ChampAbsent(MessageRefuse):
    """A compulsory field is empty."""

    code = "reception.champ_absent"
    message = "Un champ obligatoire du message est vide."
    erreur = "101"
    remede = "Compléter ce champ dans l'interface d'envoi, puis renvoyer le message."
    clause = VOLET


class PlusieursPatients(MessageRefuse):
    """More than one PID: nobody can say of which patient the message speaks."""

    code = "reception.plusieurs_patients"
    erreur = "100"
    message = "Le message contient plus d'un segment PID : il désigne plus d'un patient."
    remede = "Envoyer un message par patient."
    segment = "PID"
    clause = VOLET


class TypeNonTraite(MessageRefuse):
    """Not a type of message for a DRIMbox."""

    code = "reception.type_non_traite"
    ack = "AR"
    erreur = "200"
    message = "Ce type de message n'est pas attendu par une DRIMbox."
    remede = "Envoyer ORU^R01, MDM^T02, MDM^T10, MDM^T04 ou OMI^O23."
    segment = "MSH"


class EvenementNonTraite(TypeNonTraite):
    """A type we know, an event we do not."""

    code = "reception.evenement_non_traite"
    erreur = "201"
    message = "Cet événement n'est pas attendu par une DRIMbox."


class ModeNonTraite(TypeNonTraite):
    """Training or debugging message."""

    code = "reception.mode_non_traite"
    erreur = "202"
    message = "Ce message n'est pas en mode production (MSH-11)."
    remede = "Émettre avec MSH-11 = P : tout ce qui entre ici peut être publié au DMP."


class VersionNonTraitee(TypeNonTraite):
    """Not HL7 v2."""

    code = "reception.version_non_traitee"
    erreur = "203"
    message = "Cette version de HL7 (MSH-12) n'est pas traitée."
    remede = "Émettre en HL7 2.5 (ORU) ou 2.6 (MDM)."


class EmetteurInconnu(TypeNonTraite):
    """MSH-3 and MSH-4 name no RIS that may speak from this address, or with this certificate."""

    code = "reception.emetteur_inconnu"
    erreur = "103"
    message = "Cet émetteur (MSH-3, MSH-4) n'est pas attendu de cette adresse ou avec ce certificat."
    remede = "Déclarer ce RIS dans la configuration de la DRIMbox ([[reception.ris]]), ou corriger l'identité qu'il annonce."


class DocumentInattendu(MessageRefuse):
    """No imaging report in the message, or several."""

    code = "reception.document_inattendu"
    ack = "AR"
    erreur = "103"
    message = "Le message ne porte pas un compte rendu d'imagerie et un seul (OBX-3 = 18748-4, OBX-2 = ED)."
    remede = "Envoyer un compte rendu d'imagerie par message."
    segment = "OBX"
    clause = VOLET


class DocumentIllisible(MessageRefuse):
    """The report is not base64."""

    code = "reception.document_illisible"
    erreur = "102"
    message = "Le document joint (OBX-5) n'est pas du base64 lisible."
    remede = "Faire corriger l'encodage du document, puis renvoyer le message."
    segment = "OBX"
    clause = VOLET


class IntentionContradictoire(MessageRefuse):
    """ORC-1, OBX-11 and the trigger do not say the same."""

    code = "reception.intention_contradictoire"
    erreur = "103"
    message = "ORC-1, OBX-11 et l'événement ne demandent pas la même chose (nouveau, remplacement ou suppression)."
    remede = "Faire accorder ces trois champs, puis renvoyer le message."
    segment = "ORC"
    clause = VOLET


class DrapeauIllisible(MessageRefuse):
    """A visibility flag that is neither Y nor N, or is unknown: guessing could show a patient what must stay hidden."""

    code = "reception.drapeau_illisible"
    message = "Un indicateur de visibilité ne vaut ni Y ni N."
    erreur = "103"
    remede = "Donner Y ou N en OBX-5.1, sous un code du volet en OBX-3.1, puis renvoyer le message."
    segment = "OBX"
    clause = VOLET


class CompteRenduProvisoire(MessageRefuse):
    """A draft: what the DMP shows must have been validated."""

    code = "reception.provisoire"
    message = "Le compte rendu n'est pas validé : OBX-11 n'est ni F, ni C, ni D, ou TXA-17 n'est ni AU ni LA."
    erreur = "103"
    remede = "N'envoyer que des comptes rendus validés."
    segment = "OBX"
    clause = VOLET


class CompteRenduRefuse(MessageRefuse):
    """The report itself cannot be used; built from the error of its reader."""

    code = "compte_rendu.illisible"
    message = "Le compte rendu que porte le message ne peut pas être employé."
    remede = "Corriger le compte rendu dans le RIS, puis renvoyer le message."
    segment = "OBX"

    def __init__(self, cause: DrimmError) -> None:
        self.cause_code = cause.code
        if cause.code == TROP_GROS:
            self.ack = "AR"  # type: ignore[misc] # of this refusal alone: sending the same again is useless
        super().__init__(cause.message, remede=cause.remede)

    def as_dict(self) -> dict[str, str]:
        """Return what a machine shows, under the code of the reader's own error."""
        return {**super().as_dict(), "code": self.cause_code}


class NoteIllisible(PeerError):
    """A Key Object Selection that cannot be read.

    Attributes:
        status: DIMSE status that tells the PACS so (PS3.4 table B.2-1).
    """

    code = "reception.note_illisible"
    message = "La note de rejet envoyée par le PACS ne peut pas être lue."
    remede = "Vérifier que le PACS envoie des notes de rejet IOCM (Key Object Selection), et consulter son journal."
    clause = "IHE RAD TF, Imaging Object Change Management ; DICOM PS3.3 A.35.4"
    status: ClassVar[int] = 0xC000


class NoteTropLongue(NoteIllisible):
    """A data set longer than the limit."""

    code = "reception.note_trop_longue"
    message = "La note de rejet envoyée par le PACS dépasse la taille admise."
    remede = "Vérifier que le PACS n'envoie que des notes de rejet, ou relever iocm.max_note_bytes."


class PacsInconnu(PeerError):
    """The AE Title, the address and the certificate of an association are not those of one PACS."""

    code = "reception.pacs_inconnu"
    message = "L'AE Title, l'adresse et le certificat de qui envoie cette note de rejet ne sont pas ceux d'un PACS déclaré, et d'un seul."
    remede = "Déclarer d'où ce PACS envoie ses notes (table notes de [[pacs]]), sous un AE Title ou une adresse qui ne soient qu'à lui."
    clause = "DICOM PS3.8 §9.3.4"


class EnregistrementImpossible(TransportError):
    """The message cannot be stored now."""

    code = "reception.enregistrement_impossible"
    message = "Le message n'a pas pu être enregistré ; il n'est pas pris en charge."
    remede = "Renvoyer le message dans quelques instants."


class DefautInterne(OwnError):
    """Something that no reader foresaw."""

    code = "reception.defaut_interne"
    message = "Le message n'a pas pu être traité, par un défaut de ce programme ; il n'est pas pris en charge."
    remede = "Transmettre le numéro de trace à qui exploite la DRIMbox."


class MessageFige(OwnError):
    """What is asked of a kept message cannot be done in its present state."""

    code = "reception.message_fige"
    message = "Ce message n'est plus dans un état qui permet cette action."
    remede = "Recharger la page."


class CorpsEfface(MessageFige):
    """The content of the message was erased, its time being over."""

    code = "reception.corps_efface"
    message = "Le contenu de ce message a été effacé, sa durée de conservation étant passée."
    remede = "Faire renvoyer le compte rendu par le RIS si l'examen doit être repris."
