# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Adapter of the embedded server: it reads the Registre by itself, so there is nothing to write, only to wait for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dns.rdatatype

from espace.zone.ecarts import Contenu
from espace.zone.errors import ServeurEnRetard
from espace.zone.vue import ZoneView


class Embarque:
    """The server of this process.

    Args:
        wait: given a serial number, returns the view once it has it, or the view of the moment when it takes too long.
    """

    def __init__(self, wait: Callable[[int], ZoneView]) -> None:
        self._wait = wait

    def read(self) -> Contenu:
        """Return what the server answers from."""
        view = self._wait(0)
        records = {name: frozenset({("CNAME", target)}) for name, target in view.cnames.items() if target is not None}
        for name, kinds in view.fixed.items():
            records[name] = frozenset((dns.rdatatype.to_text(kind), data.to_text()) for kind, found in kinds.items() for data in found)
        return Contenu(view.serial, records)

    def write(self, noms: Mapping[str, str | None], serial: int) -> int:
        """Wait until the server answers from this state of the Registre.

        Raises:
            ServeurEnRetard: it does not yet.
        """
        view = self._wait(serial)
        if view.serial < serial or any(view.cnames.get(name) != target for name, target in noms.items()):
            raise ServeurEnRetard("Le serveur embarqué n'a pas encore relu le Registre.")
        return view.serial
