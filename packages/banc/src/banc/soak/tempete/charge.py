# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the hospital gives in a storm: exams of as many patients, their images, and a RIS that sends again until it is acknowledged."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from banc.jeux import IDENTITE, ExamenJeu, make_cancellation, make_message, make_report
from banc.jeux.identite import IdentiteJeu, sample_uid
from banc.ris.client import PasDeReponse, send
from banc.soak.tempete.sorts import AUCUN, CYCLE, DEUX_RAPPORTS, RETIRES, SEULS, Sort
from drimbox.socle.personnes import Identifiant

HIDDEN_EVERY = 3
"""Of so many exams the first report of one is masked to professionals. What comes after it hides the exam from the patient; it shows it to
professionals only where it says that it changes who may see it (MODIF_CONF_CODE)."""
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
        sort: what becomes of it.
    """

    number: int
    identite: IdentiteJeu
    sort: Sort = Sort.NOUVEAU

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

    @property
    def versions(self) -> int:
        """How many reports are written about it."""
        return 2 if self.sort in DEUX_RAPPORTS else 1

    @property
    def is_withdrawn(self) -> bool:
        """Whether nothing of it may be left in the DMP."""
        return self.sort in RETIRES

    @property
    def is_late(self) -> bool:
        """Whether what changes it is sent when all the rest was sent, rather than at once."""
        return self.sort not in {*SEULS, Sort.EN_AVANCE} and (self.number // 2 + self.number // CYCLE) % 2 == 0

    @property
    def codes(self) -> frozenset[str]:
        """Who may see its report in the end (JDV_J08)."""
        kept = set() if self._lifts else self._flags(1)
        return frozenset({"N"} | kept | self._flags(self.count))

    @property
    def last_word(self) -> str:
        """MSH-10 of the message that speaks last of its pointer."""
        return self.control_id(1 if self.sort in SEULS | RETIRES else 2)

    @property
    def count(self) -> int:
        """How many messages speak of it."""
        return len(self._asked)

    def control_id(self, number: int) -> str:
        """Return the MSH-10 of one of its messages."""
        return f"{self.number:06}-{number}"

    def messages(self) -> Iterator[bytes]:
        """Yield its messages, in the order in which the RIS sends them."""
        for number in (2, 1) if self.sort is Sort.EN_AVANCE else range(1, self.count + 1):
            yield self._message(number)

    @property
    def _asked(self) -> tuple[str, ...]:
        if self.sort in SEULS:
            return ("T02",)
        return ("T02", {Sort.DEPUBLIE: "T04", Sort.ANNULE: "O23"}.get(self.sort, "T10"))

    @property
    def _lifts(self) -> bool:
        return self.sort is Sort.VISIBILITE or (self.sort in DEUX_RAPPORTS and self.number // CYCLE % 2 == 0)

    def _message(self, number: int) -> bytes:
        event, control_id = self._asked[number - 1], self.control_id(number)
        if event == "O23":
            return make_cancellation(self.identite, control_id=control_id)
        identite = replace(self.identite, version=min(number, self.versions))
        flags = dict.fromkeys(self._flags(number), True) | {"MODIF_CONF_CODE": self._lifts and number > 1}
        return make_message(make_report(identite), identite, control_id=control_id, event=event, flags=flags)

    def _flags(self, number: int) -> set[str]:
        if number > 1:
            return {"INVISIBLE_PATIENT"}
        return set() if self.number % HIDDEN_EVERY else {"MASQUE_PS"}


def make_exams(count: int, melange: Mapping[int, Sort] = AUCUN) -> tuple[Examen, ...]:
    """Return the exams of a storm.

    Args:
        count: how many.
        melange: rank among twenty → fate; those that it does not name have one report.
    """
    return tuple(Examen(number, _identite(number), melange.get(number % CYCLE, Sort.NOUVEAU)) for number in range(1, count + 1))


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
        """Send everything, several exams at a time; half of what changes an exam at once, the others when all the rest was sent."""
        late = {exam: list(exam.messages())[1:] for exam in exams if exam.is_late}
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
