# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The identity gate: a pointer leaves only when the report, the message and the PACS speak of the same patient and the same study.

The rule, in one sentence: the study and at least one identifier in common, none in contradiction. It answers the clause of the CI-SIS volet
IMG-KOS and the cases G2 (a study that is not the one of its accession number) and M (other traits under the same INS and IPP) of the
homologation. What contradicts stops the exam and calls a person; what is only odd is written down. Which identifiers must be in common
is a setting of each PACS (``[pacs.identite]``): one that never holds the accession number is compared on its patient, and the reverse.

The accession number is compared between the report and the PACS, and between a cancellation (IPC-1) and its exam. A message that carries a
report gives none that could be: it has no IPC, and OBR-3 and OBR-18 of the messages of the homologation hold one number, the same in all of
them, that is the accession number of no exam.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from drimbox.config import RegleIdentite
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.personnes import OIDS_INS, Identifiant, Patient, TraitsPatient
from drimbox.source.compte_rendu import traits as comparison
from drimbox.source.compte_rendu.model import CompteRendu, ExamenDecrit

CLAUSE = "CI-SIS, volet IMG-KOS (cohérence du compte rendu et du PACS) ; RNIV ; homologation DRIMbox, examens G2 et M"


class Ecart(StrEnum):
    """What was found to differ. The value is the stable code shown to people and written in the journal."""

    ETUDE = "identite.etude_differente"
    ACCESSION = "identite.accession_discordant"
    ACCESSION_AUTRE_ETUDE = "identite.accession_autre_etude"
    INS = "identite.ins_discordant"
    IPP = "identite.ipp_discordant"
    NOM = "identite.nom_discordant"
    PRENOM = "identite.prenom_discordant"
    NAISSANCE = "identite.naissance_discordante"
    SEXE = "identite.sexe_discordant"
    AUCUN_COMMUN = "identite.aucun_identifiant_commun"
    NIR = "identite.nir_incoherent"
    LIEU_NAISSANCE = "identite.lieu_naissance_different"
    MESSAGE_SANS_IDENTIFIANT = "identite.message_sans_identifiant_commun"


MESSAGES = {
    Ecart.ETUDE: "Le PACS ne décrit pas l'examen que désigne le compte rendu.",
    Ecart.ACCESSION: "Le numéro de demande (accession number) du PACS n'est pas celui du compte rendu.",
    Ecart.ACCESSION_AUTRE_ETUDE: "Le numéro de demande du compte rendu est, dans le PACS, celui d'un autre examen.",
    Ecart.INS: "L'INS n'est pas le même partout.",
    Ecart.IPP: "L'IPP n'est pas le même partout.",
    Ecart.NOM: "Le nom du patient n'est pas le même partout.",
    Ecart.PRENOM: "Le prénom du patient n'est pas le même partout.",
    Ecart.NAISSANCE: "La date de naissance du patient n'est pas la même partout.",
    Ecart.SEXE: "Le sexe du patient n'est pas le même partout.",
    Ecart.AUCUN_COMMUN: "Le compte rendu et le PACS n'ont pas en commun les identifiants que demande la règle de ce PACS.",
    Ecart.NIR: "Le matricule INS ne s'accorde pas avec le sexe ou la date de naissance.",
    Ecart.LIEU_NAISSANCE: "Le lieu de naissance n'est pas le même dans le message et dans le compte rendu.",
    Ecart.MESSAGE_SANS_IDENTIFIANT: "Le message HL7 et le compte rendu n'ont aucun identifiant de patient en commun.",
}
"""French sentence of each code. None holds a value."""

_OID = re.compile(r"\d+(\.\d+)+")
DEFAULT_REGLE = RegleIdentite()
_IN_COMMON: dict[str, Callable[[bool, bool], bool]] = {
    "accession-ou-patient": lambda accession, patient: accession or patient,
    "accession": lambda accession, _patient: accession,
    "patient": lambda _accession, patient: patient,
    "accession-et-patient": lambda accession, patient: accession and patient,
}
_TOLERATED = {"prenom": Ecart.PRENOM, "sexe": Ecart.SEXE}

REMEDE = "Comparer l'identité dans le RIS et dans le PACS, corriger le système en défaut, puis demander un nouvel essai."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the pointer may leave.

    Attributes:
        bloquants: what contradicts, without repetition; empty when the pointer may leave.
        avertissements: what is odd and does not block.
    """

    bloquants: tuple[Ecart, ...]
    avertissements: tuple[Ecart, ...]

    @property
    def accepted(self) -> bool:
        """Nothing contradicts."""
        return not self.bloquants

    @property
    def messages(self) -> tuple[str, ...]:
        """French sentences of what blocks."""
        return tuple(MESSAGES[ecart] for ecart in self.bloquants)


def verify_identity(
    compte_rendu: CompteRendu, examen: ExamenDecrit, *, message: Patient | None, pacs: EtudePacs, regle: RegleIdentite = DEFAULT_REGLE
) -> Decision:
    """Compare what the report, the HL7 message and the PACS hold of one study.

    Args:
        compte_rendu: the report.
        examen: the study of the report that is looked at, after :func:`pair_with_pacs`.
        message: patient of the PID segment, or None when the message has none.
        pacs: the study as the PACS describes it.
        regle: what this PACS and the report must have in common.
    """
    ecarts = _against_pacs(compte_rendu.patient, message, examen, pacs, regle)
    tolerated = {_TOLERATED[trait] for trait in regle.avertir}
    of_message = verify_message(compte_rendu, message)
    bloquants = [ecart for ecart in ecarts if ecart not in tolerated]
    odd = [ecart for ecart in ecarts if ecart in tolerated]
    return Decision(tuple(dict.fromkeys((*bloquants, *of_message.bloquants))), tuple(dict.fromkeys((*of_message.avertissements, *odd))))


def verify_message(compte_rendu: CompteRendu, message: Patient | None) -> Decision:
    """Compare what the report and the HL7 message hold of the patient.

    Args:
        compte_rendu: the report.
        message: patient of the PID segment, or None when the message has none.
    """
    patient, avertissements = compte_rendu.patient, []
    if message is not None and _differ(patient.traits.lieu_naissance, message.traits.lieu_naissance):
        avertissements.append(Ecart.LIEU_NAISSANCE)
    if patient.ins is not None and comparison.nir_contradicts(patient.ins.value, patient.traits):
        avertissements.append(Ecart.NIR)
    bloquants = [] if message is None else _against_message(patient, message)
    return Decision(tuple(dict.fromkeys(bloquants)), tuple(avertissements))


def verify_patient(compte_rendu: CompteRendu, other: Patient) -> Decision:
    """Compare the patient of a report with another one, of a cancellation or of a second report: only what contradicts stops it.

    Args:
        compte_rendu: the report of an exam that was found by its study, which is an identifier in common already.
        other: the other patient.
    """
    bloquants = [ecart for ecart in _against_message(compte_rendu.patient, other) if ecart is not Ecart.MESSAGE_SANS_IDENTIFIANT]
    return Decision(tuple(dict.fromkeys(bloquants)), ())


def verify_identified(compte_rendu: CompteRendu, other: Patient) -> Decision:
    """Compare the same when the exam was found by an accession number alone: an identifier of the patient must be in common.

    Args:
        compte_rendu: the report of the exam.
        other: patient of the PID segment.
    """
    ecarts = _against_message(compte_rendu.patient, other)
    if other.ins is None and other.ipp is None:
        ecarts = [*ecarts, Ecart.MESSAGE_SANS_IDENTIFIANT]
    return Decision(tuple(dict.fromkeys(ecarts)), ())


def verify_absence(examen: ExamenDecrit, studies_of_accession: Sequence[str]) -> Decision:
    """Tell a study that has not arrived yet from a report that names the wrong one (exam G2).

    Args:
        examen: a study that the PACS does not hold.
        studies_of_accession: the studies that bear its accession number in the PACS.

    Returns:
        Accepted when waiting makes sense; blocked when the accession number already is another study's.
    """
    other = [uid for uid in studies_of_accession if uid != examen.study_instance_uid]
    wrong = bool(other) and examen.study_instance_uid not in studies_of_accession
    return Decision((Ecart.ACCESSION_AUTRE_ETUDE,) if wrong else (), ())


def pair_with_pacs(compte_rendu: CompteRendu, etude: EtudePacs) -> ExamenDecrit | None:
    """Return the study of the report that the PACS describes, with the order that bears the accession number of the PACS.

    A report may list orders in another order than studies (exam F) or more studies than orders: the PACS knows. None when the report does
    not name this study.
    """
    examen = next((e for e in compte_rendu.examens if e.study_instance_uid == etude.study_instance_uid), None)
    if examen is None:
        return None
    for order, accession in compte_rendu.demandes:
        if accession is not None and accession.value == etude.accession_number:
            return replace(examen, accession=accession, order=order or examen.order)
    return examen


def _against_pacs(patient: Patient, message: Patient | None, examen: ExamenDecrit, pacs: EtudePacs, regle: RegleIdentite) -> list[Ecart]:
    ecarts = [] if examen.study_instance_uid == pacs.study_instance_uid else [Ecart.ETUDE]
    accession = examen.accession.value if examen.accession else ""
    if _differ(accession, pacs.accession_number):
        ecarts.append(Ecart.ACCESSION)
    by_accession = bool(accession) and accession == pacs.accession_number
    by_patient, discordant = _patient_id(patient, pacs, regle.oid_patient)
    if message is not None and not by_patient and discordant is None:
        # the message may hold the identifier that the report lacks; it can contradict the PACS, not stand in for the report
        discordant = _patient_id(message, pacs, regle.oid_patient)[1]
    if discordant is not None:
        ecarts.append(discordant)
    if not _IN_COMMON[regle.commun](by_accession, by_patient):
        ecarts.append(Ecart.AUCUN_COMMUN)
    return ecarts + _traits_against_pacs(patient, message, _traits_of(pacs))


def _traits_against_pacs(patient: Patient, message: Patient | None, pacs: TraitsPatient) -> list[Ecart]:
    """Compare each trait of the PACS with the report, or with the message where the report cannot be compared.

    Not with both: a report that holds the birth name and the used one agrees with a message under the first and a PACS under the second.
    """
    said = _same_traits(patient.traits, pacs)
    if message is not None:
        of_message = _same_traits(message.traits, pacs)
        said = {ecart: of_message[ecart] if same is None else same for ecart, same in said.items()}
    return [ecart for ecart, same in said.items() if same is False]


def _patient_id(patient: Patient, pacs: EtudePacs, default_issuer: str) -> tuple[bool, Ecart | None]:
    """Compare PatientID with the INS or the IPP: (in common, contradiction)."""
    issuer = pacs.issuer_of_patient_id or default_issuer
    # only an OID is a sure name of an authority
    given = Identifiant(pacs.patient_id, issuer if _OID.fullmatch(issuer) else "")
    if not given.value:
        return False, None
    if _pair(patient.ins, given) or _pair(patient.ipp, given):
        return True, None
    if _is_ins(given.value, issuer):
        return False, Ecart.INS if patient.ins and patient.ins.value != given.value else None
    return False, Ecart.IPP if _pair(patient.ipp, given) is False else None


def _is_ins(value: str, issuer: str) -> bool:
    # a PACS may hold the whole assigning authority of PID-3: name, OID and ISO, separated by &
    return issuer.startswith("ASIP-SANTE-INS") or not OIDS_INS.isdisjoint(issuer.split("&")) or comparison.nir_is_valid(value)


def _against_message(patient: Patient, message: Patient) -> list[Ecart]:
    ecarts = []
    ins, ipp = _pair(patient.ins, message.ins), _pair(patient.ipp, message.ipp)
    if ins is False:
        ecarts.append(Ecart.INS)
    if ipp is False:
        ecarts.append(Ecart.IPP)
    if (message.ins or message.ipp) and not ins and not ipp:
        ecarts.append(Ecart.MESSAGE_SANS_IDENTIFIANT)
    return ecarts + _traits(patient.traits, message.traits)


def _pair(left: Identifiant | None, right: Identifiant | None) -> bool | None:
    """Compare two identifiers of the same nature; None when they cannot be compared (one absent, or of two authorities)."""
    if left is None or right is None:
        return None
    if left.oid and right.oid and left.oid != right.oid:
        # one INS may be written under two of its OIDs; elsewhere equal numbers of two authorities are chance
        return True if left.value == right.value and {left.oid, right.oid} <= OIDS_INS else None
    return left.value == right.value


def _traits(left: TraitsPatient, right: TraitsPatient) -> list[Ecart]:
    return [ecart for ecart, same in _same_traits(left, right).items() if same is False]


def _same_traits(left: TraitsPatient, right: TraitsPatient) -> dict[Ecart, bool | None]:
    return {
        Ecart.NOM: comparison.same_family(left, right),
        Ecart.PRENOM: comparison.same_given(left, right),
        Ecart.NAISSANCE: comparison.same_birth_date(left.date_naissance, right.date_naissance),
        Ecart.SEXE: comparison.same_sex(left.sexe, right.sexe),
    }


def _traits_of(pacs: EtudePacs) -> TraitsPatient:
    # PN: component groups separated by =, components by ^ (PS3.5 section 6.2.1)
    family, given, middle, *_ = (*pacs.patient_name.split("=")[0].split("^"), "", "", "")
    return TraitsPatient(
        nom_naissance=family,
        premier_prenom=given,
        prenoms_naissance=f"{given} {middle}".strip(),
        date_naissance=pacs.patient_birth_date,
        sexe=pacs.patient_sex or "U",
    )


def _differ(left: str | None, right: str | None) -> bool:
    return bool(left) and bool(right) and left != right
