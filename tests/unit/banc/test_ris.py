# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The RIS: one message, one acknowledgement, or an error that says none came."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from banc.ris import PasDeReponse, send
from banc.ris.client import read_ack


@contextmanager
def receiver(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Accept one connection, keep what comes until FS, send the answers piece by piece, close."""
    received: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = server.accept()
        with connection:
            data = b""
            while not data.endswith(b"\x1c\r"):
                data += connection.recv(65_536)
            received.append(data)
            for answer in answers:
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], received
    thread.join(5)
    server.close()


def test_the_message_is_framed_and_the_acknowledgement_read():
    with receiver(b"\x0bMSH|^~\\&|||\rMSA|AE|42|Motif\r", b"\x1c\r") as (port, received):
        ack = send("127.0.0.1", port, b"MSH|x\r", timeout=5)
    assert received == [b"\x0bMSH|x\r\x1c\r"]
    assert (ack.code, ack.control_id, ack.reason) == ("AE", "42", "Motif")


def test_a_connection_closed_without_answer_is_an_error():
    with receiver() as (port, _received), pytest.raises(PasDeReponse):
        send("127.0.0.1", port, b"MSH|x\r", timeout=5)


def test_a_refused_connection_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PasDeReponse):
        send("127.0.0.1", port, b"MSH|x\r", timeout=5)


def test_the_reason_of_an_err_segment_is_read():
    ack = read_ack(b"MSH|^~\\&\rMSA|AR|7\rERR|||101^Champ absent^HL70357|E||||Le champ MSH-10 est absent\r")
    assert (ack.code, ack.reason) == ("AR", "Le champ MSH-10 est absent")


@pytest.mark.parametrize("answer", [b"", b"MSH|^~\\&\r", b"MSA|AA\r"])
def test_an_answer_without_acknowledgement_is_an_error(answer):
    with pytest.raises(PasDeReponse):
        read_ack(answer)
