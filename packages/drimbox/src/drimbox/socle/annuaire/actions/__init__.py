# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pulls of the list, of its head and of the CRLs; what a person decides; the alarms. Only the process ``ouvrier`` may write here."""

from drimbox.socle.annuaire.actions.alarmes import review
from drimbox.socle.annuaire.actions.bilan import Bilan
from drimbox.socle.annuaire.actions.demandes import ask_alarm, ask_clock, ask_pull, ask_removal, ask_restart
from drimbox.socle.annuaire.actions.personne import acknowledge_alarm, acknowledge_clock, compare_with, restart_tetes
from drimbox.socle.annuaire.actions.releve import refresh

__all__ = [
    "Bilan",
    "acknowledge_alarm",
    "acknowledge_clock",
    "ask_alarm",
    "ask_clock",
    "ask_pull",
    "ask_removal",
    "ask_restart",
    "compare_with",
    "refresh",
    "restart_tetes",
    "review",
]
