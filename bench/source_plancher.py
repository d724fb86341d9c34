# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The floor of a C-GET in Python: one thread that receives, finds where each object ends, answers, and reads nothing of what it received.

What a PACS sends by C-GET waits for our answer after each object: no receiver is faster than this one, whatever it does with the bytes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from drimbox.config import Pacs
from drimbox.socle.pacs import c_get
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.message import frames
from drimbox.socle.pacs.dimse.negotiation import encode_request
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.requete import PENDING, identifier

BLOCK, LEAST_PDU, PDV_START = 256 * 1024, 16_384, 12
CT = "1.2.840.10008.5.1.4.1.1.2"


class _Connexion:
    """Bytes received into one block, over and over."""

    def __init__(self, pacs: Pacs) -> None:
        self._socket = socket.create_connection((pacs.host, pacs.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._block = bytearray(BLOCK)
        self._view = memoryview(self._block)
        self._place = self._filled = self.received = 0

    def send(self, *pieces: bytes | memoryview) -> None:
        self._socket.sendall(b"".join(pieces))

    def take(self, size: int) -> bytes:
        """Return some bytes, few."""
        while self._filled - self._place < size:
            self._more()
        self._place += size
        return bytes(self._view[self._place - size : self._place])

    def skip(self, size: int) -> None:
        """Pass over some bytes, as many as wanted."""
        while size > (here := self._filled - self._place):
            size -= here
            self._place = self._filled
            self._more()
        self._place += size

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> None:
        kept = self._block[self._place : self._filled]
        self._block[: len(kept)] = kept
        self._place, self._filled = 0, len(kept)
        count = self._socket.recv_into(self._view[self._filled :])
        if not count:
            raise SystemExit("plancher : le PACS a fermé la connexion")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._filled += count
        self.received += count


def bare_get(pacs: Pacs, study: str) -> Callable[[], tuple[float, int]]:
    """Fetch a study of CT and throw it away unread."""
    demande = DemandeImages(study, sop_classes=(CT,))

    def fetch() -> tuple[float, int]:
        connexion = _Connexion(pacs)
        connexion.send(encode_request(c_get.proposition_for(pacs.calling_aet, pacs.aet, demande, (CT,))))
        connexion.skip(int.from_bytes(connexion.take(6)[2:], "big"))
        asking = command.request(command.C_GET_RQ, c_get.STUDY_ROOT_GET, 1)
        connexion.send(*_message(1, asking), *frames(1, identifier(demande), command=False, last=True, max_pdu=LEAST_PDU))
        while _one_pdv(connexion):
            pass
        connexion.close()
        return 0.0, connexion.received

    return fetch


def _one_pdv(connexion: _Connexion) -> bool:
    """Receive one P-DATA of one value, as Orthanc sends them; tell whether another comes."""
    start = connexion.take(PDV_START)
    size, context, control = int.from_bytes(start[2:6], "big") - 6, start[10], start[11]
    assert control & 1  # a command set, in one fragment
    asked = command.decode(connexion.take(size))
    if asked.field == command.C_GET_RSP:
        return asked.number(command.STATUS) in PENDING
    while not _is_last(connexion):
        pass
    connexion.send(*_message(context, command.store_answer(asked, command.SUCCESS)))
    return True


def _is_last(connexion: _Connexion) -> bool:
    """Pass over one fragment of a data set; tell whether it is the last."""
    start = connexion.take(PDV_START)
    connexion.skip(int.from_bytes(start[2:6], "big") - 6)
    return bool(start[11] & 2)


def _message(context: int, data: bytes) -> list[bytes | memoryview]:
    return [*frames(context, data, command=True, last=True, max_pdu=LEAST_PDU)]
