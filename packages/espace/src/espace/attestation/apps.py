# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class AttestationConfig(AppConfig):
    """The room ``attestation``."""

    name = "espace.attestation"
    label = "attestation"
