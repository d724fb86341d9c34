# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a pointer cannot be built."""

from __future__ import annotations

from confiance.errors import OwnError, PeerError
from drimbox.source.compte_rendu.rules import CLAUSE, REMEDE, Decision


class KosImpossible(PeerError):
    """The report and the PACS do not hold what a KOS needs, or hold it in a form that DICOM cannot carry."""

    code = "pointeur.kos_impossible"
    message = "Le pointeur de l'examen (KOS) ne peut pas être construit."
    remede = "Corriger la donnée en cause dans le RIS ou dans le PACS, puis demander un nouvel essai."
    clause = "CI-SIS, volet IMG-KOS"


class InsAbsent(KosImpossible):
    """No INS: the pointer could be filed under nobody."""

    code = "pointeur.ins_absent"
    message = "Le compte rendu ne porte pas d'INS : l'examen ne peut pas être référencé dans le DMP."
    remede = "Qualifier l'identité du patient dans le RIS, puis renvoyer le compte rendu."


class ValeurHorsNorme(KosImpossible):
    """A value does not fit its DICOM attribute."""

    code = "pointeur.valeur_hors_norme"

    @classmethod
    def of(cls, keyword: str) -> ValeurHorsNorme:
        """Build the error that names the attribute, never its value."""
        return cls(f"La valeur destinée à l'attribut DICOM {keyword} ne respecte pas la norme.")


class EtudeEnDouble(PeerError):
    """Several PACS hold the study: its db name, which is for ever, cannot be chosen by a machine."""

    code = "pointeur.etude_en_double"
    message = "Plusieurs PACS détiennent cet examen : son nom db ne peut pas être choisi."
    remede = "Ne garder l'examen que dans un PACS, ou retirer l'autre de cette DRIMbox, puis demander un nouvel essai."
    clause = "CI-SIS, volet IMG-KOS, RetrieveURL"


class ImagesAbsentes(PeerError):
    """No PACS holds the study yet: it is asked again later."""

    code = "pointeur.images_absentes"
    message = "Aucun PACS ne détient encore cet examen."
    remede = "Rien à faire si les images sont en route ; sinon, vérifier que l'examen a été envoyé au PACS."


class IdentiteDiscordante(PeerError):
    """The report, the message and the PACS contradict one another: nothing leaves.

    Attributes:
        decision: what was found.
    """

    code = "identite.discordance"
    message = "Le compte rendu, le message et le PACS ne parlent pas du même patient ou du même examen."
    remede = REMEDE
    clause = CLAUSE

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(" ".join(decision.messages))


class ExamenDejaPublie(PeerError):
    """Another report came for an exam that the DMP holds, and does not say that it replaces the first one."""

    code = "pointeur.examen_deja_publie"
    message = "Un autre compte rendu désigne un examen déjà déposé au DMP, sans dire qu'il remplace le premier."
    remede = "Vérifier dans le RIS s'il s'agit d'un remplacement, et l'envoyer comme tel (MDM^T10, ou relatedDocument RPLC)."
    clause = "CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2"


class ExamenIntrouvable(PeerError):
    """A replacement or a removal of something that this DRIMbox never knew, or knows under another report."""

    code = "pointeur.examen_introuvable"
    message = "Ce message demande de remplacer ou de retirer un examen que cette DRIMbox ne connaît pas sous ce compte rendu."
    remede = "Vérifier dans le RIS quel compte rendu est visé ; agir dans le DMP à la main si l'examen a été publié par un autre logiciel."
    clause = "CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2"


class CompteRenduAutrePatient(PeerError):
    """A report names a study that the report of another patient named already, and does not say that it replaces that one."""

    code = "pointeur.compte_rendu_autre_patient"
    message = "Ce compte rendu désigne un examen déjà annoncé par le compte rendu d'un autre patient, sans dire qu'il le remplace."
    remede = (
        "Vérifier dans le RIS de qui est l'examen. Remplacer le premier compte rendu (MDM^T10) ou le retirer (T04), puis relire le message."
    )
    clause = "RNIV ; CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2"


class CompteRenduDepasse(PeerError):
    """A report is older than the one that the exam follows: published again, it would undo what came since."""

    code = "pointeur.compte_rendu_depasse"
    message = "Ce compte rendu est plus ancien que celui que suit déjà l'examen."
    remede = (
        "Écarter le message si le plus récent est le bon ; sinon, faire renvoyer celui-ci par le RIS, sous un numéro de version plus élevé."
    )
    clause = "CDA R2, setId et versionNumber"


class AnnulationSansPatient(PeerError):
    """A cancellation names an exam by its accession number alone, and no patient can be compared."""

    code = "pointeur.annulation_sans_patient"
    message = "Cette annulation ne désigne un examen que par un numéro de demande, sans patient à comparer au compte rendu."
    remede = "Faire envoyer le StudyInstanceUID (IPC-3) ou le patient (PID-3) ; sinon, faire retirer le compte rendu (MDM^T04)."


class PointeurEnDefaut(OwnError):
    """Something that nobody foresaw while a pointer was made."""

    code = "pointeur.defaut_interne"
    message = "Le pointeur de l'examen n'a pas pu être fait, par un défaut de ce programme."
    remede = "Demander un nouvel essai ; s'il échoue de même, transmettre le numéro de trace à qui exploite la DRIMbox."


class ReperesDiscordants(PeerError):
    """A cancellation names a study and an accession number that are not of one exam."""

    code = "pointeur.reperes_discordants"
    message = "Ce message désigne un examen par un numéro d'étude et un numéro de demande qui ne vont pas ensemble."
    remede = "Vérifier dans le RIS quel examen est annulé, puis renvoyer le message."


class AutreEmetteur(PeerError):
    """A RIS speaks of an exam that another RIS reported."""

    code = "pointeur.autre_emetteur"
    message = "Ce message vise un examen dont le compte rendu est venu d'un autre RIS."
    remede = "Faire envoyer le message par ce RIS ; si un logiciel en remplace un autre, lui donner le même nom dans [[reception.ris]]."


class AutrePacs(PeerError):
    """A PACS rejects instances of an exam that is served from another PACS."""

    code = "pointeur.autre_pacs"
    message = "Cette note de rejet vient d'un PACS qui n'est pas celui d'où les images de l'examen sont partagées."
    remede = "Vérifier pourquoi ce PACS détient cet examen ; si ses images sont à retirer, le faire dans le PACS qui les partage."
    clause = "IHE RAD TF, Imaging Object Change Management"


class TransitionInterdite(OwnError):
    """A state that the table does not allow from the present one."""

    code = "pointeur.transition_interdite"
    message = "Cet examen n'est plus dans l'état attendu."
    remede = "Recharger la page."
