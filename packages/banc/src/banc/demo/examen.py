# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The exam of the demo: the sample one, or a person's own report and images."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from banc.jeux import IDENTITE, make_images, make_message, make_relabelled, make_report, relabel
from confiance.errors import OwnError, PeerError
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.reception.reader import read_message

MAX_REPORT_BYTES = 64 * 1024 * 1024


class ExamenInutilisable(OwnError):
    """What the person gave cannot make an exam."""

    code = "banc.examen_inutilisable"
    message = "Cet examen ne peut pas servir à la démonstration."
    remede = "Donnez un compte rendu lisible et les images qu'il nomme, ou ajoutez --relabel."


@dataclass(frozen=True, slots=True)
class Examen:
    """A report as the RIS will send it, and the studies whose images are in the PACS."""

    message: bytes
    studies: frozenset[str]
    instances: int
    series: int


@dataclass(frozen=True, slots=True)
class Given:
    """What the person gave on the command line."""

    hl7: Path | None = None
    dicom: Path | None = None
    relabel: bool = False


def prepare(given: Given, pacs: Path, scratch: Path) -> Examen:
    """Put the images of the exam in the folder of the PACS and return its report.

    Args:
        given: the person's own report and images, if any.
        pacs: folder of the PACS of the source.
        scratch: folder for what is made on the way.

    Raises:
        ExamenInutilisable: the report or the images cannot be used; the sentence says why.
    """
    if given.hl7 is None:
        message = make_message(make_report())
        if given.dicom is None:
            make_images(pacs)
            return _examen(message, pacs, frozenset(examen.study_instance_uid for examen in IDENTITE.examens))
    else:
        message = _read(given.hl7)
    report = _report(message, given.hl7)
    _images(given, report, pacs, scratch)
    return _examen(message, pacs, frozenset(examen.study_instance_uid for examen in report.examens))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            raise ExamenInutilisable(f"Le message {path.name} dépasse {MAX_REPORT_BYTES // 2**20} Mio.")
        return path.read_bytes()
    except OSError as error:
        raise ExamenInutilisable(f"Le message {path} ne peut pas être lu ({type(error).__name__}).") from None


def _report(message: bytes, path: Path | None) -> CompteRendu:
    try:
        return read_cda(read_message(message).compte_rendu)
    except PeerError as error:
        name = path.name if path else "de démonstration"
        raise ExamenInutilisable(f"Le message HL7 {name} est refusé : {error.message}", remede=error.remede) from None


def _images(given: Given, report: CompteRendu, pacs: Path, scratch: Path) -> None:
    if given.relabel and given.dicom is not None:
        relabel(given.dicom, pacs, report)
    elif given.relabel:
        make_relabelled(pacs, report, scratch=scratch)
    else:
        _copy_named(given.dicom, pacs, frozenset(examen.study_instance_uid for examen in report.examens))


def _copy_named(folder: Path | None, pacs: Path, studies: frozenset[str]) -> None:
    pacs.mkdir(parents=True, exist_ok=True)
    copied = 0
    for path in sorted(item for item in (folder.rglob("*") if folder else ()) if item.is_file()):
        try:
            study = pydicom.dcmread(path, specific_tags=["StudyInstanceUID"]).get("StudyInstanceUID")
        except (InvalidDicomError, OSError):
            continue
        if study in studies:
            copied += 1
            shutil.copyfile(path, pacs / f"{copied:05}.dcm")
    if not copied:
        where = f"Le dossier {folder} ne contient" if folder else "Sans --dicom, il n'y a"
        raise ExamenInutilisable(
            f"{where} aucune image de l'étude que nomme le compte rendu.",
            remede="Ajoutez --relabel : les images sont alors copiées sous l'identité et l'étude du compte rendu.",
        )


def _examen(message: bytes, pacs: Path, studies: frozenset[str]) -> Examen:
    headers = [pydicom.dcmread(path, specific_tags=["StudyInstanceUID", "SeriesInstanceUID"]) for path in pacs.rglob("*.dcm")]
    ours = [header for header in headers if header.StudyInstanceUID in studies]
    return Examen(message, studies, len(ours), len({header.SeriesInstanceUID for header in ours}))
