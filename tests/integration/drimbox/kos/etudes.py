# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One small object of each kind that imaging centres produce, all of one study and one patient: pixels are those of pydicom's samples."""

from __future__ import annotations

from pathlib import Path

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from banc.jeux import IDENTITE
from banc.jeux.identite import IdentiteJeu, sample_uid
from banc.jeux.pdf import make_pdf

# modality → (SOP class, number of frames; 0 for what is no image)
KINDS = {
    "CT": ("1.2.840.10008.5.1.4.1.1.2", 1),
    "MR": ("1.2.840.10008.5.1.4.1.1.4", 1),
    "XA": ("1.2.840.10008.5.1.4.1.1.12.1", 4),
    "NM": ("1.2.840.10008.5.1.4.1.1.20", 3),
    "US": ("1.2.840.10008.5.1.4.1.1.3.1", 2),
    "SR": ("1.2.840.10008.5.1.4.1.1.88.22", 0),
    "DOC": ("1.2.840.10008.5.1.4.1.1.104.1", 0),
}


def write_study(folder: Path, *modalities: str, identite: IdentiteJeu = IDENTITE) -> list[Path]:
    """Write two objects of each modality, one series per modality, and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for rank, modality in enumerate(modalities, 1):
        for number in (1, 2):
            dataset = _object(modality)
            _identify(dataset, identite, modality, rank, number)
            paths.append(folder / f"{modality}-{number}.dcm")
            dataset.save_as(paths[-1], enforce_file_format=True)
    return paths


def _object(modality: str) -> Dataset:
    if modality == "SR":
        dataset = dcmread(str(get_testdata_file("test-SR.dcm", download=False)))
        dataset.remove_private_tags()
    elif modality == "DOC":
        dataset = Dataset()
        dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
        document = make_pdf(["Compte rendu d'essai"])
        dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
        dataset.BurnedInAnnotation, dataset.DocumentTitle, dataset.ConceptNameCodeSequence = "YES", "Essai", []
        dataset.ConversionType, dataset.AcquisitionDateTime = "SD", ""
    else:
        dataset = dcmread(str(get_testdata_file("MR_small.dcm", download=False)))
        frames = KINDS[modality][1]
        if frames > 1:
            dataset.NumberOfFrames = frames
            dataset.PixelData = dataset.PixelData * frames
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def _identify(dataset: Dataset, identite: IdentiteJeu, modality: str, rank: int, number: int) -> None:
    examen, traits = identite.examens[0], identite.patient.traits
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = KINDS[modality][0]
    dataset.SOPInstanceUID = sample_uid("kinds", modality, number)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = examen.study_instance_uid, sample_uid("kinds", modality)
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = modality, rank, number
    dataset.SeriesDescription = f"Série {modality}"
    dataset.PatientName = f"{traits.nom_naissance}^{traits.premier_prenom}"
    dataset.PatientID = identite.patient.ipp.value if identite.patient.ipp else ""
    dataset.PatientBirthDate, dataset.PatientSex = traits.date_naissance, traits.sexe
    dataset.AccessionNumber, dataset.StudyID = examen.accession.value, "1"
    dataset.StudyDate, dataset.StudyTime = examen.debut.strftime("%Y%m%d"), examen.debut.strftime("%H%M%S")
    dataset.StudyDescription, dataset.ReferringPhysicianName = examen.description, ""
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
