# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The bytes of a kept message, sealed in the database: the only way in and out of them."""

from __future__ import annotations

from drimbox.socle.coffre.fields import seal, unseal
from drimbox.source.reception.errors import CorpsEfface
from drimbox.source.reception.models import MessageRecu


def put_body(message: MessageRecu, data: bytes) -> None:
    """Seal the bytes of a message into its row, which is not saved yet."""
    message.corps, message.octets = seal(message, data), len(data)


def body_of(message: MessageRecu) -> bytes:
    """Return the message as it was received, without its MLLP frame.

    Raises:
        CorpsEfface: the time for which it is kept is over.
        CoffreFerme: the key that sealed it has left the ring.
    """
    if message.corps:  # nothing sealed is ever empty
        return unseal(message, message.corps)
    if message.body is not None:
        # received by an earlier version while the database was already that of this one
        return bytes(message.body)
    raise CorpsEfface
