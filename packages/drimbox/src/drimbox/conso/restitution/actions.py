# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Giving images to the local PACS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drimbox.config import DrimboxSettings
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.storage import ObjetEnvoye, store


def give(drimbox: DrimboxSettings, objets: Iterable[ObjetDicom]) -> Iterator[ObjetEnvoye]:
    """Send objects to the PACS of the readers, one answer each; the input is read as the output is consumed.

    Raises:
        PacsIndisponible: it does not answer.
        PacsRefuse: it refuses the association.
    """
    return store(drimbox.pacs_named(drimbox.pacs_restitution), objets)
