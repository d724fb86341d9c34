# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Ports for programs that must be told which one to take, and cannot tell which one they took."""

from __future__ import annotations

import itertools
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

LOWEST: Final = 10_240
RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOOK_SECONDS: Final = 0.05


def _end() -> int:
    """Return the first port that the system may give to an outgoing connection: below it none is taken by chance a moment later."""
    try:
        return max(int(RANGE.read_text(encoding="ascii").split()[0]), LOWEST + 1)
    except (OSError, ValueError, IndexError):
        return 32_768


_SPAN: Final = _end() - LOWEST
_ranks = itertools.count(random.randrange(_SPAN))  # each process from another start, none twice the same


def free_port(host: str = "127.0.0.1", *, kinds: tuple[socket.SocketKind, ...] = (socket.SOCK_STREAM,)) -> int:
    """Return a port that was free a moment ago, each time another one.

    Args:
        host: the address it will be taken on.
        kinds: what it must be free for.

    Raises:
        OSError: there is none.
    """
    for rank in itertools.islice(_ranks, _SPAN):
        port = LOWEST + rank % _SPAN
        if all(_is_free(host, port, kind) for kind in kinds):
            return port
    raise OSError(f"no free port on {host}")


def free_udp_and_tcp_port() -> int:
    """Return a port free for both UDP and TCP (DNS)."""
    return free_port(kinds=(socket.SOCK_STREAM, socket.SOCK_DGRAM))


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_for_port(port: int, seconds: float, host: str = "127.0.0.1", *, check: Callable[[], object] | None = None) -> None:
    """Wait until somebody accepts connections there.

    Args:
        port: where.
        seconds: how long at most.
        host: where.
        check: called at each look; it raises when waiting longer is of no use.

    Raises:
        TimeoutError: nobody did.
    """
    limit = time.monotonic() + seconds
    while not listens(port, host):
        if time.monotonic() > limit:
            raise TimeoutError(f"nobody listens on {host}:{port} after {seconds:.0f} s")
        if check is not None:
            check()
        time.sleep(LOOK_SECONDS)


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
