# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Long TCP answers: taken at once, read later, bounded."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from espace.zone.adaptateurs.flux import Bornes, conversation
from espace.zone.trame import frame

BORNES = Bornes(silence=1.0, total=5.0, octets=4_000_000)
Answer = Callable[[socket.socket], object]


@pytest.fixture
def served() -> Iterator[Callable[[Answer], int]]:
    """A server of one connection, that answers as it is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answer: Answer) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(512)
            answer(peer)

    def start(answer: Answer) -> int:
        threads.append(threading.Thread(target=serve, args=(answer,)))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield start
    listener.close()
    for thread in threads:
        thread.join(10)


def test_a_server_that_does_not_wait_for_its_reader_is_heard_to_the_end(served: Callable[[Answer], int]) -> None:
    many = [bytes([number % 256]) * 60_000 for number in range(50)]
    sent = threading.Event()

    def answer(peer: socket.socket) -> None:
        peer.sendall(b"".join(frame(one) for one in many))
        sent.set()

    with conversation("127.0.0.1", served(answer), b"question", BORNES) as answers:
        assert sent.wait(5)  # three megabytes are out, and nothing was read yet
        assert list(answers) == many


def test_a_peer_that_closes_in_the_middle_ends_the_answer(served: Callable[[Answer], int]) -> None:
    with conversation("127.0.0.1", served(lambda peer: peer.sendall(frame(b"one") + b"\x00\x09tw")), b"question", BORNES) as answers:
        assert list(answers) == [b"one"]


def test_more_bytes_than_agreed_are_not_taken(served: Callable[[Answer], int]) -> None:
    def flood(peer: socket.socket) -> None:
        with contextlib.suppress(OSError):  # reset or broken pipe, as it comes
            for _ in range(1000):
                peer.sendall(frame(bytes(60_000)))

    bornes = Bornes(silence=1.0, total=5.0, octets=200_000)
    with conversation("127.0.0.1", served(flood), b"question", bornes) as answers, pytest.raises(TimeoutError):
        list(answers)


def test_a_silence_ends_the_wait(served: Callable[[Answer], int]) -> None:
    release = threading.Event()
    bornes = Bornes(silence=0.2, total=5.0, octets=1000)
    with conversation("127.0.0.1", served(lambda _: release.wait(5)), b"question", bornes) as answers:
        with pytest.raises(TimeoutError):
            list(answers)
        release.set()
