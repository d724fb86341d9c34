# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the hospital gives in a storm: exams of as many patients, their images, and a RIS that sends again until it is acknowledged."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from banc.jeux import IDENTITE, ExamenJeu, make_message, make_report
from banc.jeux.identite import IdentiteJeu, sample_uid
from banc.ris.client import PasDeReponse, send
from drimbox.socle.personnes import Identifiant

REPLACED_EVERY = 4
PATIENCE_SECONDS = 0.2
SENDERS = 4
SEND_SECONDS = 1.0
"""Each sender sends so often at most: a hospital does not give all its reports at once, and the storm must fall on their reception too."""
INS_START, IPP_START = "2850635", "IPP-"
"""How the identifiers of every patient of a storm begin: six digits that number him come next."""
_NIR_MODULUS = 97


@dataclass(frozen=True, slots=True)
class Examen:
    """One exam of the storm.

    Attributes:
        number: from 1.
        identite: patient and study; no two exams share a patient.
        versions: how many reports are sent about it, one after the other.
    """

    number: int
    identite: IdentiteJeu
    versions: int

    @property
    def study_uid(self) -> str:
        """StudyInstanceUID."""
        return self.identite.examens[0].study_instance_uid

    @property
    def ins(self) -> str:
        """INS of its patient."""
        assert self.identite.patient.ins is not None
        return self.identite.patient.ins.value

    @property
    def image_uid(self) -> str:
        """SOPInstanceUID of its image."""
        return sample_uid("tempete", "image", self.number)

    @property
    def accession(self) -> str:
        """Accession number."""
        return self.identite.examens[0].accession.value

    def control_id(self, version: int) -> str:
        """Return the MSH-10 of one of its messages."""
        return f"{self.number:06}-{version}"

    def messages(self) -> Iterator[bytes]:
        """Yield its messages, in the order in which the RIS sends them."""
        for version in range(1, self.versions + 1):
            identite = replace(self.identite, version=version)
            event = "T02" if version == 1 else "T10"
            yield make_message(make_report(identite), identite, control_id=self.control_id(version), event=event)


def make_exams(count: int) -> tuple[Examen, ...]:
    """Return the exams of a storm: every fourth one is replaced once."""
    return tuple(Examen(number, _identite(number), 2 if number % REPLACED_EVERY == 0 else 1) for number in range(1, count + 1))


def write_images(folder: Path, exams: tuple[Examen, ...]) -> None:
    """Write the one small image of each exam."""
    folder.mkdir(parents=True, exist_ok=True)
    for exam in exams:
        _image(exam).save_as(folder / f"{exam.number:06}.dcm", enforce_file_format=True)


class Ris:
    """A RIS that sends every message until it has its acknowledgement; what it sends about one exam stays in order.

    Args:
        port: where it sends.
        every: seconds between two messages of one sender.
        patience: seconds after which it gives up on what is not acknowledged.
    """

    def __init__(self, port: int, *, every: float = 0.0, patience: float = math.inf) -> None:
        self._port, self._every = port, every
        self._limit = time.monotonic() + patience
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.sent_again = 0
        self.acknowledged = 0

    def send_all(self, exams: tuple[Examen, ...]) -> None:
        """Send everything, several exams at a time; half of the replacements at once, the others when all the rest was sent."""
        late = {exam: list(exam.messages())[1:] for exam in exams if exam.number % (2 * REPLACED_EVERY) == 0}
        self._send([list(exam.messages())[: 1 if exam in late else None] for exam in exams])
        self._send(list(late.values()))

    def _send(self, runs: list[list[bytes]]) -> None:
        with ThreadPoolExecutor(SENDERS, "ris") as pool:
            try:
                for done in [pool.submit(self._send_run, run) for run in runs]:
                    done.result()
            except BaseException:
                self._stopped.set()  # whoever waits for an acknowledgement would wait for ever
                raise

    def _send_run(self, messages: list[bytes]) -> None:
        for message in messages:
            self._stopped.wait(self._every)
            while not self._is_taken(message):
                with self._lock:
                    self.sent_again += 1
                if self._stopped.wait(PATIENCE_SECONDS) or time.monotonic() > self._limit:
                    return  # the next message of the exam would come before this one
            with self._lock:
                self.acknowledged += 1

    def _is_taken(self, message: bytes) -> bool:
        try:
            # an AE of a DRIMbox whose database is away is no refusal of the message: it is sent again
            return send("127.0.0.1", self._port, message, timeout=20).code == "AA"
        except PasDeReponse:
            return False


def _identite(number: int) -> IdentiteJeu:
    patient = IDENTITE.patient
    assert patient.ins is not None
    assert patient.ipp is not None
    base = int(f"{INS_START}{number:06}")
    ins = Identifiant(f"{base}{_NIR_MODULUS - base % _NIR_MODULUS:02}", patient.ins.oid)
    ipp = Identifiant(f"{IPP_START}{number:06}", patient.ipp.oid)
    traits = replace(patient.traits, lieu_naissance="35000")
    return replace(
        IDENTITE,
        patient=replace(patient, ins=ins, ipp=ipp, traits=traits),
        examens=(ExamenJeu.numbered(number, sample_uid("tempete", number)),),
        document=sample_uid("tempete", "document", number),
    )


def _image(exam: Examen) -> Dataset:
    examen, patient = exam.identite.examens[0], exam.identite.patient
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, exam.image_uid
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = exam.study_uid, sample_uid("tempete", "serie", exam.number)
    dataset.PatientID = patient.ipp.value if patient.ipp else ""
    dataset.PatientName = f"{patient.traits.nom_naissance}^{patient.traits.premier_prenom}"
    dataset.PatientBirthDate, dataset.PatientSex = patient.traits.date_naissance, patient.traits.sexe
    dataset.AccessionNumber, dataset.StudyID, dataset.ReferringPhysicianName = examen.accession.value, str(exam.number), ""
    dataset.StudyDate, dataset.StudyTime = examen.debut.strftime("%Y%m%d"), examen.debut.strftime("%H%M%S")
    dataset.StudyDescription, dataset.SeriesDescription, dataset.Modality = "Examen de la tempete", "Coupe", "CT"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = 8
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.PixelData = np.full((8, 8), exam.number % 4096, np.uint16).tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID, dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    return dataset
