# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What one connection may take: known from its address, before anything is read of what it says. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.config import Reception
from drimbox.source.reception.emetteur import comes_from


@dataclass(frozen=True, slots=True)
class Bornes:
    """Bounds of the connections that come from one place.

    Attributes:
        ris: names of the RIS that may speak from there; connections are counted together by this.
        message_bytes: longest message.
        connections: how many at once.
    """

    ris: tuple[str, ...]
    message_bytes: int
    connections: int


def bornes_of(reglages: Reception, address: str) -> Bornes:
    """Return the bounds of an address. Several RIS behind one address share the largest of theirs: nothing tells them apart yet.

    Args:
        reglages: of the reception.
        address: IP address of the caller.
    """
    here = [ris for ris in reglages.ris if comes_from(ris, reglages, address)]
    sizes = [ris.max_message_bytes or reglages.max_message_bytes for ris in here]
    counts = [ris.max_connections or reglages.max_connections for ris in here]
    return Bornes(
        tuple(ris.name for ris in here),
        max(sizes, default=reglages.max_message_bytes),
        min(max(counts, default=reglages.max_connections), reglages.max_connections),
    )
