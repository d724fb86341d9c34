# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The console's page of the images door."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.drimbox_env import Environment
from tests.integration.drimbox.console.test_pages import client, person  # noqa: F401 - fixtures


@pytest.fixture
def lines(drimbox: Environment) -> tuple[str, str]:
    from django.db import transaction

    from drimbox.socle.journal.actions import record

    refused, sent = uuid4().hex, uuid4().hex
    peer = {"peer_dn": "CN=db9.9.mesimagesmedicales.fr", "peer_ip": "192.0.2.1", "method": "GET"}
    with drimbox.role("images"), transaction.atomic():
        record("admission:demande:refused", trace=refused, code="admission.kos_retire", http_status=404, **peer)
        record("partage:recherche:answered", trace=uuid4().hex, count=2, bytes=800, seconds=0.1, **peer)
        record("partage:transfert:sent", trace=sent, instances=3, bytes=1000, seconds=0.1, pacs_milliseconds=5, peer_milliseconds=1, **peer)
    return refused, sent


def test_a_refusal_is_found_by_its_trace_with_what_to_do(person: Any, lines: tuple[str, str]) -> None:  # noqa: F811 - the fixture
    page = person.get("/console/images", {"trace": lines[0]}, secure=True).content.decode()
    assert "admission.kos_retire" in page
    assert "relisez le DMP du patient" in page
    assert lines[1] not in page


def test_refusals_are_filtered_by_code_and_transfers_are_shown_with_their_times(person: Any, lines: tuple[str, str]) -> None:  # noqa: F811
    page = person.get("/console/images", secure=True).content.decode()
    assert lines[0] in page
    assert "attente du PACS 5 ms" in page
    assert "Recherche d&#x27;une DRIMbox servie" in page
    assert "2 lignes" in page
    filtered = person.get("/console/images", {"code": "admission.kos_retire"}, secure=True).content.decode()
    assert lines[0] in filtered
    assert lines[1] not in filtered
    assert person.get("/console/images", {"code": "x' OR 1=1", "trace": "'--"}, secure=True).status_code == 200


def test_nobody_reads_it_without_an_account(drimbox: Environment, client: Any) -> None:  # noqa: F811
    with drimbox.role("pages"):
        assert client.get("/console/images", secure=True).status_code == 302
