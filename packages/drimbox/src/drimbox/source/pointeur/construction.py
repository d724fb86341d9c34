# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From an exam to its KOS: the report read again, the PACS asked, the identity compared, the object built. Nothing is written here."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from drimbox.config import DrimboxSettings
from drimbox.socle.pacs import questions
from drimbox.socle.personnes import Structure
from drimbox.source.compte_rendu.rules import pair_with_pacs, verify_identity
from drimbox.source.pointeur.errors import IdentiteDiscordante, ImagesAbsentes
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.localisation import Localisation, check_absence, locate
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.rapport import Rapport, read_rapport
from drimbox.source.pointeur.rules import new_uid


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
    rapport = read_rapport(bytes(examen.message.body))
    found = _locate(examen.study_instance_uid, rapport, settings)
    demande = pair_with_pacs(rapport.compte_rendu, found.etude)
    if demande is None:
        raise ImagesAbsentes
    decision = verify_identity(rapport.compte_rendu, demande, message=rapport.message.patient, pacs=found.etude)
    if not decision.accepted:
        raise IdentiteDiscordante(decision)
    uids = new_uid(), new_uid()
    # highdicom weighs 100 MiB and most of a second: only a process that builds a KOS pays for it
    from drimbox.source.pointeur.builder import build_kos  # noqa: PLC0415

    contenu = build_kos(
        rapport.compte_rendu,
        demande,
        found.etude,
        couple_db=found.couple.db,
        sop_instance_uid=uids[0],
        series_instance_uid=uids[1],
        now=now,
        timezone=ZoneInfo(found.couple.timezone),
        structure=structure_of(rapport, settings),
    )
    return KosConstruit(examen.id, rapport, demande, found, contenu, now, *uids, tuple(decision.avertissements))


def structure_of(rapport: Rapport, settings: DrimboxSettings) -> Structure:
    """Return the organisation of the report, or that of this DRIMbox when the report names none."""
    return rapport.compte_rendu.structure or Structure(settings.structure.identifiant, settings.structure.nom)


def _locate(study_uid: str, rapport: Rapport, settings: DrimboxSettings) -> Localisation:
    found = locate(settings, study_uid, questions.find_etude)
    if found is not None:
        return found
    decrit = next(examen for examen in rapport.compte_rendu.examens if examen.study_instance_uid == study_uid)
    check_absence(settings, decrit, lambda pacs, accession: questions.find_study_uids(pacs, accession=accession))
    raise ImagesAbsentes
