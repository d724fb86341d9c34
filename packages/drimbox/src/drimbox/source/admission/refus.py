# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every refusal of the images door has; they are in :mod:`.errors`."""

from __future__ import annotations

from typing import ClassVar

from confiance.errors import PeerError


class Refus(PeerError):
    """A request that this door does not serve.

    Attributes:
        status: HTTP status of the answer.
        title: short French title, the same for every refusal of the class.
        retry_after: seconds before a new try makes sense, or None.
        per_examen: whether each exam has its own lines in the journal: somebody acts upon the first one of each, so that the lines of
            other exams must not leave it out.
    """

    code: ClassVar[str] = "admission.refus"
    message = "La demande est refusée."
    remede = "Lisez le code du refus ; l'exploitant de la source le retrouve par le numéro de trace."
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Demande refusée"
    retry_after: ClassVar[int | None] = None
    per_examen: ClassVar[bool] = False
