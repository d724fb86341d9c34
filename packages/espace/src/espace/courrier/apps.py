# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class CourrierConfig(AppConfig):
    """The room ``courrier``."""

    name = "espace.courrier"
    label = "courrier"
