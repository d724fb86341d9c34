# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the publication asks of a DNS server, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from espace.zone.ecarts import Contenu

SERIALS = 2**32


class Adaptateur(Protocol):
    """A primary server of the zone."""

    def read(self) -> Contenu:
        """Return all that the server holds of the zone.

        Raises:
            DnsInjoignable, DnsRefuse: as said.
        """

    def write(self, noms: Mapping[str, str | None], serial: int) -> int:
        """Make each of these names lead to its target and to nothing else; None: it holds no record. Doing it twice changes nothing.

        Args:
            noms: target of each name, a few hundred of them at most.
            serial: serial number of the Registre; the server ends with this one or a later one.

        Returns:
            The serial number that every name server must reach.

        Raises:
            DnsInjoignable, DnsRefuse: as said; nothing, or a part, is written, and writing again is safe.
        """


def later(one: int, other: int) -> bool:
    """Tell whether a serial number comes after another one (RFC 1982 §3.2)."""
    return one != other and (one - other) % SERIALS < SERIALS // 2


def next_after(wanted: int, present: int) -> int:
    """Return a serial number that secondaries will see as new: the wanted one, or the one after the present."""
    return wanted if later(wanted, present) else (present + 1) % SERIALS
