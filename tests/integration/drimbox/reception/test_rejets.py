# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes through a real association: kept before they are answered, from known PACS only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from pynetdicom import AE

from banc.pacs.notes import note_dataset
from drimbox.config import Iocm
from drimbox.source.reception.iocm import KEY_OBJECT_SELECTION
from drimbox.source.reception.iocm_scp import SYNTAXES, ServeurIocm
from tests.drimbox_env import PREFIX, Environment

REJECTED = {"1.2.3": {"1.2.3.1": ["1.2.3.1.1", "1.2.3.1.2"]}}
Send = Callable[..., int | None]


@pytest.fixture
def send(drimbox: Environment) -> Iterator[Send]:
    """Send a note to a server; returns the status of the C-STORE, or None when the association is refused."""
    with drimbox.role("reception"):
        serveur = ServeurIocm(settings.DRIMBOX.model_copy(update={"iocm": Iocm(port=0)}))
        serveur.start()

        def store(note: Any, *, calling: str = "PACSA", called: str = "DRIMBOX_IOCM", context: str = KEY_OBJECT_SELECTION) -> int | None:
            entity = AE(ae_title=calling)
            entity.add_requested_context(context, SYNTAXES)
            association = entity.associate("127.0.0.1", serveur.port, ae_title=called)
            if not association.is_established:
                return None
            status: int = association.send_c_store(note).Status
            association.release()
            return status

        try:
            yield store
        finally:
            serveur.stop()


def test_a_note_is_kept_with_its_job_then_answered_and_again_without_effect(send: Send, drimbox: Environment) -> None:
    assert [send(note_dataset("113037", REJECTED)) for _ in range(2)] == [0x0000, 0x0000]
    assert drimbox.sql("SELECT pacs, study_instance_uid, motif, instances, state FROM reception_note_rejet") == [
        ("local", "1.2.3", "iocm.113037", ["1.2.3.1.1", "1.2.3.1.2"], "recue")
    ]
    assert drimbox.sql("SELECT task_name FROM procrastinate_jobs") == [("drimbox.source.reception.jobs.rejeter",)]


def test_key_images_are_taken_and_have_no_effect(send: Send, drimbox: Environment) -> None:
    assert send(note_dataset("113000", REJECTED)) == 0x0000
    assert drimbox.sql("SELECT count(*) FROM reception_note_rejet") == [(0,)]


def test_an_unreadable_note_is_refused(send: Send, drimbox: Environment) -> None:
    assert send(note_dataset("113001", {})) == 0xC000
    assert drimbox.sql("SELECT count(*) FROM reception_note_rejet") == [(0,)]


@pytest.mark.parametrize(
    "names", [{"calling": "STRANGER"}, {"called": "OTHER"}, {"context": "1.2.840.10008.5.1.4.1.1.2"}], ids=["calling", "called", "an image"]
)
def test_a_stranger_or_an_image_is_not_let_in(send: Send, names: dict[str, str]) -> None:
    note = note_dataset("113001", REJECTED, sop_class=names.get("context", KEY_OBJECT_SELECTION))
    assert send(note, **names) is None


def test_without_database_the_pacs_is_told_to_come_back(send: Send, drimbox: Environment) -> None:
    role = PREFIX + "reception"
    drimbox.sql(f"ALTER ROLE {role} NOLOGIN")
    try:
        assert send(note_dataset("113001", REJECTED)) == 0xA700
    finally:
        drimbox.sql(f"ALTER ROLE {role} LOGIN")
    assert send(note_dataset("113001", REJECTED)) == 0x0000
