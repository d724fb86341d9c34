# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A short wait for the process ``signataire``, so that the page that follows shows the result without any script."""

from __future__ import annotations

import time

from espace.liste_blanche.models import Demande
from espace.liste_blanche.queries import outcome, to_approve

LIMIT_SECONDS = 4.0
_POLL_SECONDS = 0.1


def wait_for(demande: Demande) -> None:
    """Return once a demande is finished or needs a second person, or after a few seconds: the page then says that it still waits."""
    limit = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < limit and not _settled(demande):
        time.sleep(_POLL_SECONDS)


def _settled(demande: Demande) -> bool:
    return outcome(demande.pk) is not None or to_approve().filter(pk=demande.pk).exists()
