# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""MLLP client: one message, one connection, one acknowledgement (HL7 v2, transport specification MLLP release 1)."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass

from confiance.errors import TransportError
from drimbox.source.reception.mllp import Framer, Limits, frame

MAX_ACK_BYTES = 1024 * 1024
CHUNK = 65_536


class PasDeReponse(TransportError):
    """The other side refused the connection, closed it or stayed silent: whether it took the message is unknown."""

    code = "banc.ris.sans_reponse"
    message = "La DRIMbox n'a pas acquitté le message."
    remede = "Vérifier l'adresse et le port MLLP, et que l'adresse du RIS y est autorisée ; renvoyer le message."


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledgement.

    Attributes:
        code: MSA-1: AA, AE or AR.
        reason: MSA-3, or else the text of ERR-8; empty when all is well.
        control_id: MSA-2, which must be the MSH-10 that was sent.
        raw: the whole answer.
    """

    code: str
    reason: str
    control_id: str
    raw: bytes


def send(host: str, port: int, message: bytes, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None, server_name: str = "") -> Ack:
    """Send a message and wait for its acknowledgement.

    Args:
        host: address of the receiver.
        port: MLLP port.
        message: HL7 v2 bytes, without framing.
        timeout: seconds for the whole exchange.
        tls: context, for MLLP over TLS.
        server_name: name to check in the certificate; the host by default.

    Raises:
        PasDeReponse: no acknowledgement came.
    """
    deadline = time.monotonic() + timeout
    try:
        with socket.create_connection((host, port), timeout=timeout) as plain:
            connection = tls.wrap_socket(plain, server_hostname=server_name or host) if tls else plain
            with connection:
                connection.sendall(frame(message))
                return read_ack(_receive(connection, deadline))
    except OSError as error:
        raise PasDeReponse from error


def read_ack(answer: bytes) -> Ack:
    """Read an acknowledgement.

    Raises:
        PasDeReponse: the answer has no MSA segment.
    """
    text = answer.decode("utf-8", "replace").replace("\r\n", "\r").replace("\n", "\r")
    segments = {line[:3]: line.split("|") for line in text.split("\r") if line}
    msa = segments.get("MSA")
    if msa is None or len(msa) < 3:
        raise PasDeReponse("La réponse de la DRIMbox ne contient pas de segment MSA.")
    err = segments.get("ERR", [])
    reason = (msa[3] if len(msa) > 3 else "") or (err[8] if len(err) > 8 else "")
    return Ack(msa[1], reason, msa[2], answer)


def _receive(connection: socket.socket, deadline: float) -> bytes:
    framer = Framer(Limits(message_bytes=MAX_ACK_BYTES))
    while True:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        data = connection.recv(CHUNK)
        if not data:
            raise PasDeReponse
        messages = framer.feed(data)
        if messages:
            return messages[0]
