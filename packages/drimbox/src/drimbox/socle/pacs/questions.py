# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a PACS is asked: whether it lives, how it describes a study, which studies bear an accession number.

A port with two adapters, chosen by the settings of the PACS: DIMSE (C-ECHO, C-FIND) and DICOMweb (QIDO-RS). Both give the same values and
the same errors. Blocking functions, to be called from a worker or a thread, never from an event loop.
"""

from __future__ import annotations

from types import ModuleType

from drimbox.config import Pacs
from drimbox.socle.pacs import questions_dimse, questions_web
from drimbox.socle.pacs.limites import LIMITES, LimitesReponse
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.questions_dimse import PENDING, SUCCESS, UNCOMPRESSED

__all__ = ["LIMITES", "PENDING", "SUCCESS", "UNCOMPRESSED", "LimitesReponse", "echo", "find_etude", "find_study_uids"]


def echo(pacs: Pacs) -> None:
    """Ask the PACS whether it lives.

    Raises:
        PacsIndisponible: it does not answer.
        PacsRefuse: it answers no.
    """
    _adapter(pacs).echo(pacs)


def find_etude(pacs: Pacs, study_uid: str, *, series_uid: str | None = None, limites: LimitesReponse = LIMITES) -> EtudePacs | None:
    """Describe one study, its series and its instances.

    Args:
        pacs: the PACS asked.
        study_uid: StudyInstanceUID.
        series_uid: describe this series only.
        limites: how much may be answered.

    Returns:
        The study, or None when the PACS does not hold it, or holds no instance of it.

    Raises:
        PacsIndisponible: it does not answer.
        PacsRefuse: it answers no, or too much.
    """
    found: EtudePacs | None = _adapter(pacs).find_etude(pacs, study_uid, series_uid=series_uid, limites=limites)
    return found


def find_study_uids(pacs: Pacs, *, accession: str, limites: LimitesReponse = LIMITES) -> tuple[str, ...]:
    """Return the UIDs of the studies that bear this accession number, in the order of the PACS.

    Serves to tell a study that has not arrived yet from a report that names the wrong study.
    """
    found: tuple[str, ...] = _adapter(pacs).find_study_uids(pacs, accession=accession, limites=limites)
    return found


def _adapter(pacs: Pacs) -> ModuleType:
    return questions_web if pacs.questions == "qido" else questions_dimse
