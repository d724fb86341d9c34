# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A report and a study as a PACS describes it, for the tests of the pointer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from banc.jeux import IDENTITE, make_report
from banc.jeux.identite import IdentiteJeu
from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.pointeur.builder import build_kos

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DB = "db1.349.mesimagesmedicales.fr"
CT, MR, SR, PDF, PRESENTATION, KO, SC = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.88.67",
    "1.2.840.10008.5.1.4.1.1.104.1",
    "1.2.840.10008.5.1.4.1.1.11.1",
    "1.2.840.10008.5.1.4.1.1.88.59",
    "1.2.840.10008.5.1.4.1.1.7.2",
)


def report(identite: IdentiteJeu = IDENTITE) -> CompteRendu:
    return read_cda(make_report(identite))


def etude(study_uid: str = "", **changes: Any) -> EtudePacs:
    """A study of two series: three CT images, then what is no image."""
    others = ((SR, None), (PDF, None), (PRESENTATION, None), (KO, None), (SC, 3))
    series = (
        SeriePacs("1.2.3.1", "CT", 2, "Tête œdème" if changes.pop("utf8", False) else "Tête, coupes", tuple(_images(3))),
        SeriePacs("1.2.3.2", "SR", 900, "Objets", tuple(InstancePacs(c, f"1.2.3.2.{n}", n, f) for n, (c, f) in enumerate(others, 1))),
    )
    plain = EtudePacs(
        study_instance_uid=study_uid or IDENTITE.examens[0].study_instance_uid,
        accession_number="ACN-000001",
        patient_id="IPP-000042",
        issuer_of_patient_id="",
        patient_name="PAT-BANC^CAMILLE",
        patient_birth_date="19850614",
        patient_sex="F",
        study_date="20260312",
        study_time="102500",
        study_id="1",
        study_description="Scanner de la tête",
        referring_physician_name="MARTIN^Élise",
        series=series,
    )
    return replace(plain, **changes)


def _images(count: int) -> list[InstancePacs]:
    return [InstancePacs(CT, f"1.2.3.1.{n}", n) for n in range(1, count + 1)]


def kos(identite: IdentiteJeu = IDENTITE, study: EtudePacs | None = None, **options: Any) -> bytes:
    cr = report(identite)
    arguments = {
        "couple_db": DB,
        "sop_instance_uid": "2.25.1",
        "series_instance_uid": "2.25.2",
        "now": NOW,
        "timezone": PARIS,
    } | options
    return build_kos(cr, cr.examens[0], study or etude(cr.examens[0].study_instance_uid), **arguments)
