# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import importlib

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The screens."""

    name = "espace.web"
    label = "web"

    def ready(self) -> None:
        """Hear the sessions."""
        importlib.import_module("espace.web.console.sessions")
