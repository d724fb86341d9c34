# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From an exam to its KOS: the report read again, the PACS asked, the identity compared, the object built. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from drimbox.config import Couple, DrimboxSettings
from drimbox.socle.pacs import questions
from drimbox.socle.personnes import Structure
from drimbox.source.compte_rendu.liens import read_liens, verify_liens
from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.compte_rendu.rules import pair_with_pacs, verify_identity
from drimbox.source.pointeur.errors import IdentiteDiscordante, ImagesAbsentes
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.localisation import Localisation, check_absence, locate
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.notes_cles import NoteCle
from drimbox.source.pointeur.notes_du_pacs import notes_of
from drimbox.source.pointeur.queries import last_kos, rejected_of
from drimbox.source.pointeur.rapport import Rapport, read_rapport
from drimbox.source.pointeur.rules import new_uid, without
from drimbox.source.reception.corps import body_of

COUPLE_CHANGE = "pointeur.couple_change"
"""The images are now behind another couple than the one that the pointers of this exam name."""


def construct(examen: Examen, settings: DrimboxSettings, now: datetime) -> KosConstruit:
    """Build the KOS of an exam.

    Raises:
        PacsIndisponible, PacsRefuse: a PACS does not answer as it should.
        ImagesAbsentes: no PACS holds the study yet.
        EtudeEnDouble: several do.
        IdentiteDiscordante: report, message and PACS contradict one another.
        KosImpossible: the report or the PACS lacks what a KOS needs.
        MessageRefuse, CompteRenduIllisible: the kept message can no longer be read.
    """
    rapport = read_rapport(body_of(examen.message))
    found = _without_rejected(_locate(examen, rapport, settings))
    demande = pair_with_pacs(rapport.compte_rendu, found.etude)
    if demande is None:
        raise ImagesAbsentes
    pacs = settings.pacs_named(found.couple.pacs)
    decision = verify_identity(rapport.compte_rendu, demande, message=rapport.message.patient, pacs=found.etude, regle=pacs.identite)
    if not decision.accepted:
        raise IdentiteDiscordante(decision)
    notes, unread = notes_of(pacs, found.etude)
    return _build(examen, _Trouve(rapport, demande, found, (*decision.avertissements, *unread), notes), settings, now)


@dataclass(frozen=True, slots=True)
class _Trouve:
    """An exam whose images were found and whose identity was compared."""

    rapport: Rapport
    demande: ExamenDecrit
    localisation: Localisation
    avertissements: tuple[str, ...]
    notes: tuple[NoteCle, ...]


def _build(examen: Examen, trouve: _Trouve, settings: DrimboxSettings, now: datetime) -> KosConstruit:
    rapport, demande, found, warnings = trouve.rapport, trouve.demande, trouve.localisation, trouve.avertissements
    former = last_kos(examen.id)
    uid, series_uid = new_uid(), new_uid() if former is None else former.series_instance_uid
    # the address of the first publication is kept for ever (CI-SIS, volet IMG-KOS, RetrieveURL), wherever the images are today
    db, version = examen.db or found.couple.db, 1 if former is None else former.version + 1
    if db != found.couple.db:
        warnings = (*warnings, COUPLE_CHANGE)
    warnings = (*warnings, *_verify_link(rapport, examen.study_instance_uid, settings.couple_of(db) or found.couple))
    # highdicom weighs 100 MiB and most of a second: only a process that builds a KOS pays for it
    from drimbox.source.pointeur.builder import build_kos  # noqa: PLC0415

    contenu = build_kos(
        rapport.compte_rendu,
        demande,
        found.etude,
        couple_db=db,
        sop_instance_uid=uid,
        series_instance_uid=series_uid,
        now=now,
        timezone=ZoneInfo(found.couple.timezone),
        instance_number=version,
        structure=structure_of(rapport, settings),
        notes=trouve.notes,
    )
    return KosConstruit(examen.id, rapport, demande, found, contenu, now, uid, series_uid, warnings, db, version, examen.visibilite)


def _verify_link(rapport: Rapport, study_uid: str, couple: Couple) -> tuple[str, ...]:
    """Tell what is wrong with the link to the visionneuse that the report carries for this study; it stops nothing."""
    ecart = verify_liens(read_liens(rapport.message.compte_rendu), study_uid, couple.vi)
    return () if ecart is None else (ecart.value,)


def structure_of(rapport: Rapport, settings: DrimboxSettings) -> Structure:
    """Return the organisation of the report, or that of this DRIMbox when the report names none."""
    return rapport.compte_rendu.structure or Structure(settings.structure.identifiant, settings.structure.nom)


def _locate(examen: Examen, rapport: Rapport, settings: DrimboxSettings) -> Localisation:
    study_uid, couples = examen.study_instance_uid, settings.couples_of_ris(examen.message.source)
    found = locate(settings, study_uid, questions.find_etude, couples)
    if found is not None:
        return found
    decrit = next(decrit for decrit in rapport.compte_rendu.examens if decrit.study_instance_uid == study_uid)
    check_absence(settings, decrit, lambda pacs, accession: questions.find_study_uids(pacs, accession=accession), couples)
    raise ImagesAbsentes


def _without_rejected(found: Localisation) -> Localisation:
    etude = without(found.etude, rejected_of(found.etude.study_instance_uid, found.couple.pacs))
    if not etude.series:
        raise ImagesAbsentes
    return replace(found, etude=etude)
