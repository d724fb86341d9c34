# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class ListeBlancheConfig(AppConfig):
    """The room ``liste_blanche``."""

    name = "espace.liste_blanche"
    label = "liste_blanche"
