# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``cryptography.x509``, loaded when it is first used.

It imports ``email.utils``, which imports ``socket``. Importing confiance must load nothing of the network, so that a reader can see
at a glance that it has no way out; and the command starts sooner.
"""

from __future__ import annotations

import importlib
from typing import Any


class LazyModule:
    """Stands for a module until one of its names is asked for."""

    def __init__(self, name: str) -> None:
        """Remember the module's name."""
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Load the module, and keep what was asked for."""
        value = getattr(importlib.import_module(self._name), attribute)
        self.__dict__[attribute] = value
        return value


x509 = LazyModule("cryptography.x509")
