# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PACS of a storm says what it rejects until it is heard, never before there is something to reject."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from pynetdicom import AE, evt

from banc.pacs.notes import KEY_OBJECT_SELECTION
from banc.ports import free_port
from banc.soak.tempete import notes
from banc.soak.tempete.charge import make_exams
from banc.soak.tempete.notes import AET, Rejets
from banc.soak.tempete.sorts import Sort
from drimbox.source.reception.iocm import Rejet, read_note

# a connection that was refused is one that pynetdicom forgets to close
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
EXAMS = make_exams(3, {1: Sort.REJETE, 3: Sort.REJETE})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "PATIENCE_SECONDS", 0.01)


def test_each_rejected_exam_is_told_once_it_is_published_again_until_it_is_taken() -> None:
    told: list[Rejet] = []
    answers = [0xA700]  # the first note is refused: no room

    def on_store(event: Any) -> int:
        told.extend(read_note(event.request.DataSet.getvalue()))
        return answers.pop() if answers else 0x0000

    entity, published = AE(ae_title=AET), {EXAMS[0].study_uid}
    entity.add_supported_context(KEY_OBJECT_SELECTION)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, on_store)])
    try:
        rejets = Rejets(server.server_address[1], "PACSA", published.__contains__)
        sending = threading.Thread(target=rejets.send_all, args=(EXAMS, time.monotonic() + 60))
        sending.start()
        while not rejets.sent:
            time.sleep(0.01)
        published.add(EXAMS[2].study_uid)
        sending.join(60)
    finally:
        server.shutdown()
    assert not sending.is_alive()
    assert [(note.study_uid, note.instances) for note in told] == [
        (exam.study_uid, (exam.image_uid,)) for exam in (EXAMS[0], EXAMS[0], EXAMS[2])
    ]
    assert len({note.note_uid for note in told}) == rejets.sent == 2


def test_a_drimbox_that_never_listens_is_given_up_at_the_limit() -> None:
    rejets = Rejets(free_port(), "PACSA", lambda _study: True)
    rejets.send_all(EXAMS, time.monotonic() + 0.2)
    assert rejets.sent == 0
