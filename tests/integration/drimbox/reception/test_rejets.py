# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes through a real association: kept before they are answered, from known PACS only."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pynetdicom import AE

from banc.pacs.notes import note_dataset
from confiance.distinguished_name import DistinguishedName
from drimbox.config import Certificate, EcouteTls, Iocm, PacsNotes
from drimbox.socle.annuaire import revocation
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.message import frames
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of, encode_request
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION
from drimbox.source.reception.association_notes import SYNTAXES
from drimbox.source.reception.iocm import EXPLICIT
from drimbox.source.reception.iocm_scp import ServeurIocm
from tests.drimbox_env import DB, DB2, PREFIX, Environment
from tests.drimbox_revocation import crl_that_revokes, keep_fetched

REJECTED = {"1.2.3": {"1.2.3.1": ["1.2.3.1.1", "1.2.3.1.2"]}}
Send = Callable[..., int | None]
# a connection that we cut is one that pynetdicom forgets to close
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@contextmanager
def served(drimbox: Environment, iocm: Iocm | None = None, **notes: Any) -> Iterator[int]:
    """Serve notes under the role of the process, on a loop of its own; yields the port."""
    with drimbox.role("reception"):
        drimm = settings.DRIMBOX
        pacs = tuple(one.model_copy(update={"notes": PacsNotes(**notes)}) if one.name == "local" else one for one in drimm.pacs)
        serveur = ServeurIocm(drimm.model_copy(update={"iocm": iocm or Iocm(port=0), "pacs": pacs}))
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(serveur.start(), loop).result(10)
            yield serveur.port
        finally:
            asyncio.run_coroutine_threadsafe(serveur.stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def store(
    port: int, note: Any, *, calling: str = "PACSA", called: str = "DRIMBOX_IOCM", context: str = KEY_OBJECT_SELECTION, tls: Any = None
) -> int | None:
    """Send a note; returns the status of the C-STORE, or None when the association is refused."""
    entity = AE(ae_title=calling)
    entity.add_requested_context(context, list(SYNTAXES))
    association = entity.associate("127.0.0.1", port, ae_title=called, tls_args=tls)
    if not association.is_established:
        return None
    status: int = association.send_c_store(note).Status
    association.release()
    return status


@pytest.fixture
def send(drimbox: Environment) -> Iterator[Send]:
    """Send a note to a server with the settings of the environment."""
    with served(drimbox) as port:
        yield lambda note, **names: store(port, note, **names)


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


@pytest.mark.parametrize(
    "notes", [{"sources": ("10.0.0.0/8",)}, {"aet": "PACSA_NOTES"}, {"dn": ("CN=pacs-a",)}], ids=["address", "title", "certificate"]
)
def test_the_title_of_a_pacs_is_not_enough(drimbox: Environment, notes: dict[str, Any]) -> None:
    with served(drimbox, **notes) as port:
        assert store(port, note_dataset("113037", REJECTED)) is None
    assert drimbox.sql("SELECT count(*) FROM reception_note_rejet") == [(0,)]


def test_a_pacs_that_sends_from_elsewhere_under_another_title_is_told_by_its_settings(drimbox: Environment) -> None:
    with served(drimbox, aet="PACSA_NOTES", sources=("127.0.0.0/8",)) as port:
        assert store(port, note_dataset("113037", REJECTED), calling="PACSA_NOTES") == 0x0000
    assert drimbox.sql("SELECT pacs FROM reception_note_rejet") == [("local",)]


def test_two_pacs_that_cannot_be_told_apart_are_both_refused(drimbox: Environment) -> None:
    with served(drimbox, aet="PACSB") as port:
        assert store(port, note_dataset("113037", REJECTED), calling="PACSB") is None


def test_a_note_beyond_the_limit_is_refused_and_the_next_one_is_kept(drimbox: Environment) -> None:
    large = {"1.2.3": {"1.2.3.1": [f"1.2.3.1.{number}" for number in range(400)]}}
    with served(drimbox, Iocm(port=0, max_note_bytes=4096)) as port:
        assert [store(port, note_dataset("113037", rejected)) for rejected in (large, REJECTED)] == [0xC000, 0x0000]
    assert drimbox.sql("SELECT count(*) FROM reception_note_rejet") == [(1,)]


def store_head(port: int) -> socket.socket:
    """Open an association by hand and begin a C-STORE whose data set never ends."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
    proposition = Proposition("PACSA", "DRIMBOX_IOCM", contextes_of([(KEY_OBJECT_SELECTION, (EXPLICIT,))]))
    peer.sendall(encode_request(proposition))
    kind, length = struct.unpack(">BxI", peer.recv(6, socket.MSG_WAITALL))
    assert kind == 2
    peer.recv(length, socket.MSG_WAITALL)
    asked = {
        command.CLASS_UID: KEY_OBJECT_SELECTION, command.FIELD: command.C_STORE_RQ, command.MESSAGE_ID: 1,
        command.DATA_SET_TYPE: command.WITH_DATA_SET, command.INSTANCE_UID: "1.2.9",
    }  # fmt: skip
    peer.sendall(b"".join(frames(1, command.encode(asked), command=True, last=True, max_pdu=16384)))
    return peer


def test_a_data_set_without_end_keeps_no_memory_and_the_association_ends_at_its_time(drimbox: Environment) -> None:
    piece = b"".join(frames(1, b"\0" * 16000, command=False, last=False, max_pdu=16384))
    with served(drimbox, Iocm(port=0, max_note_bytes=4096, association_seconds=1.0)) as port, store_head(port) as peer:
        before = _resident()
        assert 8 << 20 < _send_until_cut(peer, piece) < 1 << 34
        assert _resident() - before < 64 << 20


def _send_until_cut(peer: socket.socket, piece: bytes) -> int:
    sent = 0
    with suppress(ConnectionError):
        while sent < 1 << 34:
            peer.sendall(piece)
            sent += len(piece)
    return sent


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_pdu_longer_than_what_was_announced_is_cut(drimbox: Environment) -> None:
    with served(drimbox) as port, store_head(port) as peer:
        peer.sendall(struct.pack(">BxI", 4, 1 << 23))
        assert peer.recv(1) in {b"", b"\x07"}


def test_beyond_the_number_of_associations_the_pacs_is_told_to_come_back(drimbox: Environment) -> None:
    with served(drimbox, Iocm(port=0, max_associations=1)) as port:
        with socket.create_connection(("127.0.0.1", port)) as silent:
            assert silent.fileno() > 0
            assert store(port, note_dataset("113037", REJECTED)) is None
        _wait_until(lambda: store(port, note_dataset("113037", REJECTED)) == 0x0000)


def _wait_until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError


def test_over_tls_only_the_certificate_of_the_pacs_is_let_in(drimbox: Environment) -> None:
    pki = drimbox.pki
    server, client, other = pki.serv_ssl(DB), pki.auth_cli("a"), pki.serv_ssl(DB2)
    tls = EcouteTls(identite=Certificate(certificate=server.certificate, key=server.key), clients=pki.anchors_dir)
    dn = str(DistinguishedName.from_certificate(client.load()))
    with served(drimbox, Iocm(port=0, tls=tls), dn=(dn,)) as port:
        assert store(port, note_dataset("113037", REJECTED), tls=_context(drimbox, client)) == 0x0000
        assert store(port, note_dataset("113037", REJECTED), tls=_context(drimbox, other)) is None
        assert store(port, note_dataset("113037", REJECTED), tls=_context(drimbox, None)) is None
        assert store(port, note_dataset("113037", REJECTED)) is None


def test_a_pacs_whose_certificate_is_revoked_by_the_crl_that_was_fetched_is_let_in_no_more(
    drimbox: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "CRLS_SECONDS", 0.0)
    pki = drimbox.pki
    server, client = pki.serv_ssl(DB), pki.auth_cli("a")
    tls = EcouteTls(identite=Certificate(certificate=server.certificate, key=server.key), clients=pki.anchors_dir)
    with served(drimbox, Iocm(port=0, tls=tls)) as port:
        assert store(port, note_dataset("113037", REJECTED), tls=_context(drimbox, client)) == 0x0000
        keep_fetched(drimbox, crl_that_revokes(pki, client.serial))
        assert store(port, note_dataset("113037", REJECTED), tls=_context(drimbox, client)) is None


def _context(environment: Environment, identity: Any) -> tuple[ssl.SSLContext, str]:
    folder = environment.pki.anchors_dir
    pem = "".join(path.read_text() for path in sorted(folder.glob("*.pem")) if "BEGIN CERTIFICATE" in path.read_text())
    context = ssl.create_default_context(cadata=pem)
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context, DB
