# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door open on loopback."""

from __future__ import annotations

from tests.integration.drimbox.partage.conftest import as_images, drimbox, drimbox_env, etude, maille, porte

__all__ = ["as_images", "drimbox", "drimbox_env", "etude", "maille", "porte"]
