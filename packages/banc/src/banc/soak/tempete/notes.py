# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The rejection notes of a storm: the PACS takes back the images of some exams that the DMP holds, and says so until it is heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE

from banc.jeux.identite import sample_uid
from banc.pacs.notes import KEY_OBJECT_SELECTION, note_dataset
from banc.soak.tempete.charge import Examen
from banc.soak.tempete.sorts import Sort

AET: Final = "DRIMBOX_IOCM"
QUALITE: Final = "113001"
PATIENCE_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 20
SUCCESS: Final = 0x0000


class Rejets:
    """Sends one note per rejected exam, once its images are published: before that, there would be nothing to publish.

    Args:
        port: where the DRIMbox listens to notes.
        aet: AE Title of the PACS.
        is_published: tells whether the DMP was given the pointer of a study.
    """

    def __init__(self, port: int, aet: str, is_published: Callable[[str], bool]) -> None:
        self._port, self._is_published = port, is_published
        self._entity = AE(ae_title=aet)
        self._entity.acse_timeout = self._entity.dimse_timeout = self._entity.network_timeout = ANSWER_SECONDS
        self._entity.add_requested_context(KEY_OBJECT_SELECTION, ExplicitVRLittleEndian)
        self.sent = 0

    def send_all(self, exams: tuple[Examen, ...], limit: float) -> None:
        """Send every note, in whatever order the exams are published; return when all were heard, or at the limit (monotonic clock)."""
        left = [exam for exam in exams if exam.sort is Sort.REJETE]
        while left and time.monotonic() < limit:
            left = [exam for exam in left if not (self._is_published(exam.study_uid) and self._is_heard(exam))]
            time.sleep(PATIENCE_SECONDS)

    def _is_heard(self, exam: Examen) -> bool:
        rejected = {exam.study_uid: {sample_uid("tempete", "serie", exam.number): [exam.image_uid]}}
        association = self._entity.associate("127.0.0.1", self._port, ae_title=AET)
        if not association.is_established:
            return False
        try:
            answer = association.send_c_store(note_dataset(QUALITE, rejected, uid=sample_uid("tempete", "rejet", exam.number)))
            heard = bool(answer.get("Status") == SUCCESS)
        except (RuntimeError, ValueError):  # the association ended on the way
            return False
        finally:
            association.release()
        self.sent += heard
        return heard
