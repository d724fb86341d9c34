# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    """The room ``conditions``."""

    name = "espace.conditions"
    label = "conditions"
