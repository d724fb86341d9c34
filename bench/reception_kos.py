# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Building the KOS of 1,300 instances next to the C-FIND that describes them, from a real Orthanc; part of `./drimm bench reception`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from banc.jeux import IDENTITE, make_report
from banc.pacs.orthanc import OrthancPacs
from bench.contract import Measure, Reference, interleave
from drimbox.config import Pacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.source.compte_rendu.reader import read_cda

INSTANCES = 1300
CT = "1.2.840.10008.5.1.4.1.1.2"


def measures(folder: Path, rounds: int) -> list[Measure]:
    """Compare; nothing where Orthanc is not installed."""
    if not OrthancPacs.installed():
        return []
    from drimbox.source.pointeur.builder import build_kos

    with OrthancPacs(folder / "orthanc", "PACSA") as orthanc:
        orthanc.upload(_instances(folder))
        pacs = Pacs(name="a", host="127.0.0.1", port=orthanc.port, aet="PACSA")
        report = read_cda(make_report(IDENTITE))
        study = IDENTITE.examens[0].study_instance_uid
        etude = find_etude(pacs, study)
        if etude is None or sum(len(serie.instances) for serie in etude.series) != INSTANCES:
            raise RuntimeError("Orthanc ne décrit pas toutes les instances")

        def build() -> None:
            build_kos(
                report,
                report.examens[0],
                etude,
                couple_db="db1.1.mesimagesmedicales.fr",
                sop_instance_uid="2.25.1",
                series_instance_uid="2.25.2",
                now=datetime.now(UTC),
                timezone=ZoneInfo("Europe/Paris"),
                structure=IDENTITE.structure,
            )

        ours, theirs = interleave(build, lambda: find_etude(pacs, study), rounds=rounds)
    holds = sorted(ours)[len(ours) // 2] <= sorted(theirs)[len(theirs) // 2]
    return [Measure("KOS de 1 300 instances, construction", "s", ours, "≤ son C-FIND", holds, Reference("C-FIND sur Orthanc", theirs))]


def _instances(folder: Path) -> list[Path]:
    examen, files = IDENTITE.examens[0], []
    for number in range(1, INSTANCES + 1):
        image = Dataset()
        image.file_meta = FileMetaDataset()
        image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image.SOPClassUID, image.SOPInstanceUID = CT, f"{examen.study_instance_uid}.{number}"[:64]
        image.StudyInstanceUID, image.SeriesInstanceUID = examen.study_instance_uid, "2.25.900"
        image.PatientID, image.PatientName = "IPP-000042", "PAT-BANC^CAMILLE"
        image.AccessionNumber, image.Modality = examen.accession.value, "CT"
        image.InstanceNumber, image.SeriesNumber = number, 1
        path = folder / f"{number}.dcm"
        dcmwrite(path, image, enforce_file_format=True)
        files.append(path)
    return files
