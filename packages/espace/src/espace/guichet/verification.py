# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One thing that the machine looked at in a dossier, before it is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from espace.guichet.natures import Verdict

MAX_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Constat:
    """What a check found.

    Attributes:
        code: stable name of the check.
        libelle: what a person reads of it.
        verdict: conforme, à vérifier, non conforme, or en attente.
        sujet: host, name or SIREN it is about.
        detail: French sentence; the value that was expected stands beside the one that was typed.
        interne: shown to agents only, when it says something of another Operateur.
    """

    code: str
    libelle: str | Promise
    verdict: Verdict
    sujet: str = ""
    detail: str = ""
    interne: bool = False

    @property
    def detail_garde(self) -> str:
        """The detail, as long as it is kept."""
        return self.detail[:MAX_DETAIL]
