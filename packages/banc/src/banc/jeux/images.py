# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images of the sample exam: a CT study of two series, one of them JPEG-LS as PACS often keep them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless

from banc.jeux.identite import IDENTITE, ExamenJeu, IdentiteJeu, sample_uid
from banc.jeux.pixels import CoupeReelle, Pixels, derive, head, spine
from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

SLICES = 12
DERIVATION = "Coupe dérivée d'une coupe réelle : homothétie et grain (jeu d'essai drimm)"


@dataclass(frozen=True, slots=True)
class JeuImages:
    """Images written in a folder."""

    folder: Path
    study_instance_uid: str
    series: int
    instances: int


@dataclass(frozen=True, slots=True)
class SerieJeu:
    """How a series is made."""

    number: int
    description: str
    body_part: str
    coupe: CoupeReelle
    thickness: float
    transfer_syntax: UID = ExplicitVRLittleEndian
    size: int | None = None


def make_images(folder: Path, identite: IdentiteJeu = IDENTITE, *, slices: int = SLICES) -> JeuImages:
    """Write the images of every study of the report, one file per image.

    Args:
        folder: where; made when absent.
        identite: the report.
        slices: per series; two series per study.
    """
    folder.mkdir(parents=True, exist_ok=True)
    series = (
        SerieJeu(2, "Tête, coupes axiales", "HEAD", head(), 3.0),
        SerieJeu(3, "Rachis thoracique, coupes axiales", "TSPINE", spine(), 5.0, JPEGLSLossless),
    )
    for examen in identite.examens:
        for serie in series:
            write_series(folder, identite, examen, serie, slices)
    studies = len(identite.examens)
    return JeuImages(folder, identite.examens[0].study_instance_uid, len(series) * studies, len(series) * slices * studies)


def write_series(folder: Path, identite: IdentiteJeu, examen: ExamenJeu, serie: SerieJeu, slices: int) -> None:
    """Write one series: the real image in the middle, derived ones around it."""
    for rank in range(slices):
        step = rank - slices // 2
        pixels = derive(serie.coupe, step, size=serie.size, seed=serie.number)
        dataset = _image(identite, examen, serie, rank, real=pixels is serie.coupe.pixels)
        _set_pixels(dataset, pixels, serie.coupe.spacing * serie.coupe.pixels.shape[0] / pixels.shape[0])
        if serie.transfer_syntax != ExplicitVRLittleEndian:
            dataset.compress(serie.transfer_syntax, generate_instance_uid=False)
        dataset.save_as(folder / f"{examen.accession.value}-{serie.number}-{rank + 1:04}.dcm", enforce_file_format=True)


def _image(identite: IdentiteJeu, examen: ExamenJeu, serie: SerieJeu, rank: int, *, real: bool) -> Dataset:
    series_uid = sample_uid("series", examen.study_instance_uid, serie.number)
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.ImageType = ["ORIGINAL" if real else "DERIVED", "PRIMARY" if real else "SECONDARY", "AXIAL"]
    if not real:
        dataset.DerivationDescription = DERIVATION
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = sample_uid("instance", series_uid, rank)
    _set_study(dataset, identite, examen)
    dataset.SeriesInstanceUID = series_uid
    dataset.SeriesNumber = serie.number
    dataset.SeriesDescription = serie.description
    dataset.BodyPartExamined = serie.body_part
    dataset.Modality = "CT"
    dataset.Manufacturer = "drimm, d'après les images d'essai de pydicom"
    dataset.AcquisitionNumber = 1
    dataset.InstanceNumber = rank + 1
    _set_geometry(dataset, serie, rank, series_uid)
    _set_meta(dataset)
    return dataset


def _set_study(dataset: Dataset, identite: IdentiteJeu, examen: ExamenJeu) -> None:
    traits = identite.patient.traits
    dataset.PatientName = f"{traits.nom_naissance}^{traits.premier_prenom}"
    dataset.PatientID = identite.patient.ipp.value if identite.patient.ipp else ""
    dataset.IssuerOfPatientID = identite.patient.ipp.oid if identite.patient.ipp else ""
    dataset.PatientBirthDate = traits.date_naissance
    dataset.PatientSex = traits.sexe
    dataset.StudyInstanceUID = examen.study_instance_uid
    dataset.StudyID = examen.accession.value[:16]
    dataset.AccessionNumber = examen.accession.value
    dataset.StudyDescription = examen.description
    dataset.ReferringPhysicianName = f"{identite.auteur.nom}^{identite.auteur.prenom}"
    dataset.InstitutionName = identite.structure.nom
    for name in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{name}Date", examen.debut.strftime("%Y%m%d"))
        setattr(dataset, f"{name}Time", examen.debut.strftime("%H%M%S"))


def _set_geometry(dataset: Dataset, serie: SerieJeu, rank: int, series_uid: str) -> None:
    half = serie.coupe.spacing * (serie.coupe.pixels.shape[0] - 1) / 2
    dataset.FrameOfReferenceUID = sample_uid("frame", series_uid)
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [f"{-half:.4f}", f"{-half:.4f}", f"{rank * serie.thickness:.4f}"]
    dataset.SliceLocation = f"{rank * serie.thickness:.4f}"
    dataset.SliceThickness = f"{serie.thickness:.2f}"
    dataset.KVP = "120"


def _set_pixels(dataset: Dataset, pixels: Pixels, spacing: float) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.PixelSpacing = [f"{spacing:.6f}"] * 2
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "HU"
    dataset.PixelData = pixels.astype(np.dtype("<i2")).tobytes()
    dataset["PixelData"].VR = "OW"


def _set_meta(dataset: Dataset) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    dataset.file_meta = meta
