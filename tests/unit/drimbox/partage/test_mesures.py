# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Figures of the images door."""

from __future__ import annotations

from prometheus_client.exposition import generate_latest

from drimbox.source.partage.listener import TOO_MANY
from drimbox.source.partage.mesures import Mesures


def test_connections_that_are_not_taken_are_counted_by_code() -> None:
    mesures = Mesures()
    for code in (TOO_MANY, TOO_MANY, "tls.certificat_expire"):
        mesures.dropped(code)
    shown = generate_latest(mesures.registry).decode()
    assert f'drimbox_images_connexions_refusees_total{{code="{TOO_MANY}"}} 2.0' in shown
    assert 'drimbox_images_connexions_refusees_total{code="tls.certificat_expire"} 1.0' in shown
