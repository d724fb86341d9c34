# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Copies of one's own images, relabelled for a report: UIDs, numbers and identity change, pixels do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pydicom.config
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import MediaStorageDirectoryStorage

from banc.jeux.identite import sample_uid
from banc.jeux.images import make_images
from confiance.errors import OwnError
from drimbox.socle.personnes import Patient
from drimbox.source.compte_rendu.model import CompteRendu, ExamenDecrit

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


class AucuneImage(OwnError):
    """The folder holds no DICOM image."""

    code = "banc.aucune_image"
    message = "Le dossier ne contient aucune image DICOM lisible."
    remede = "Indiquer un dossier de fichiers DICOM (Part 10)."


@dataclass(slots=True)
class Relabelled:
    """What was written: files per StudyInstanceUID."""

    files: dict[str, list[Path]] = field(default_factory=dict)

    @property
    def instances(self) -> int:
        """Number of files."""
        return sum(len(paths) for paths in self.files.values())


def relabel(dicom_dir: Path, out_dir: Path, compte_rendu: CompteRendu) -> Relabelled:
    """Copy images under the studies of a report.

    Each study of the report receives the images of one study of the folder, in turn when the folder holds fewer: no exam is without
    images. Series and instances get new UIDs, the same at each run, and references between objects follow.

    Args:
        dicom_dir: Part-10 files, at any depth; other files are left out.
        out_dir: where copies are written; made when absent.
        compte_rendu: whose study UIDs, accession numbers, IPP (or INS without IPP) and traits the copies bear.

    Raises:
        AucuneImage: nothing to copy.
    """
    sources = _studies(dicom_dir)
    if not sources:
        raise AucuneImage
    out_dir.mkdir(parents=True, exist_ok=True)
    result = Relabelled()
    for rank, examen in enumerate(compte_rendu.examens):
        paths = sources[rank % len(sources)]
        uids = _new_uids(paths, examen.study_instance_uid)
        result.files[examen.study_instance_uid] = [
            _copy(path, out_dir / f"{rank + 1}-{number:05}.dcm", compte_rendu.patient, examen, uids) for number, path in enumerate(paths, 1)
        ]
    return result


def make_relabelled(out_dir: Path, compte_rendu: CompteRendu, *, scratch: Path) -> Relabelled:
    """Relabel the images of the sample exam for a report that came without any."""
    make_images(scratch)
    return relabel(scratch, out_dir, compte_rendu)


def _studies(folder: Path) -> list[list[Path]]:
    """Return the files of each study, studies and files in the order of their names."""
    studies: dict[str, list[Path]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        header = _header(path)
        if header is not None:
            studies.setdefault(str(header.StudyInstanceUID), []).append(path)
    return list(studies.values())


def _header(path: Path) -> Dataset | None:
    try:
        header = dcmread(path, specific_tags=["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
    except (InvalidDicomError, OSError, EOFError):
        return None
    complete = all(header.get(name) for name in ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"))
    return header if complete and header.SOPClassUID != MediaStorageDirectoryStorage else None


def _new_uids(paths: Iterable[Path], study_uid: str) -> dict[str, str]:
    """Map every study, series and instance UID to its new one."""
    uids: dict[str, str] = {}
    for path in paths:
        header = _header(path)
        assert header is not None  # it was read a moment ago
        uids[str(header.StudyInstanceUID)] = study_uid
        for name in ("SeriesInstanceUID", "SOPInstanceUID"):
            uids[str(header[name].value)] = sample_uid("relabel", study_uid, name, header[name].value)
    return uids


def _copy(path: Path, target: Path, patient: Patient, examen: ExamenDecrit, uids: Mapping[str, str]) -> Path:
    dataset = dcmread(path)
    dataset.decode()
    dataset.SpecificCharacterSet = "ISO_IR 192"  # holds whatever the report and the images say
    _follow(dataset, uids)
    _identify(dataset, patient)
    dataset.AccessionNumber = examen.accession.value if examen.accession else ""
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(target, enforce_file_format=True)
    return target


def _follow(dataset: Dataset, uids: Mapping[str, str]) -> None:
    for element in dataset.iterall():
        if element.VR == "UI" and isinstance(element.value, str) and str(element.value) in uids:
            element.value = uids[str(element.value)]


def _identify(dataset: Dataset, patient: Patient) -> None:
    identifiant = patient.ipp or patient.ins
    traits = patient.traits
    dataset.PatientID = identifiant.value if identifiant else ""
    dataset.IssuerOfPatientID = "" if identifiant is None else identifiant.oid if patient.ipp else "ASIP-SANTE-INS-NIR"
    dataset.PatientName = f"{traits.nom_naissance}^{traits.premier_prenom}"
    dataset.PatientBirthDate = traits.date_naissance if len(traits.date_naissance) == 8 else ""
    dataset.PatientSex = traits.sexe if traits.sexe in {"M", "F", "O"} else ""
    # what else the images say of the patient is another's
    for keyword in ("OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames", "PatientAge", "PatientAddress", "PatientComments"):
        if keyword in dataset:
            del dataset[keyword]
