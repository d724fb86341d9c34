# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The CRLs fetched reach every listener: read at most once a minute, and the former ones go on without a database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from drimbox.socle.annuaire import revocation
from drimbox.socle.annuaire.revocation import Fetched, RevocationRelevee, fetched_in_passing
from drimbox.socle.tls import CertificatRevoque
from tests.drimbox_env import Environment
from tests.drimbox_revocation import crl_that_revokes, keep_fetched


@pytest.mark.parametrize("role", ["images", "reception", "ouvrier"])
def test_who_has_no_thread_of_its_own_reads_what_the_worker_fetched_under_the_role_of_its_process(drimbox: Environment, role: str) -> None:
    with drimbox.role(role):
        assert asyncio.run(fetched_in_passing()) == ()
        crl = crl_that_revokes(drimbox.pki, drimbox.pki.auth_cli("a").serial)
        keep_fetched(drimbox, crl)
        assert asyncio.run(fetched_in_passing()) == (crl,)


def test_a_revocation_once_known_stays_while_the_database_is_away(drimbox: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "CRLS_SECONDS", 0.0)
    client = drimbox.pki.auth_cli("a")
    answers: list[Fetched | None] = [(), (crl_that_revokes(drimbox.pki, client.serial),), None]

    async def fetched() -> Fetched:
        answer = answers.pop(0)
        if answer is None:
            raise OperationalError
        return answer

    async def asked() -> None:
        checks, now = RevocationRelevee(drimbox.pki.anchors_dir, fetched), datetime.now(UTC)
        await checks.check(client.load(), now)
        for _ in range(2):
            with pytest.raises(CertificatRevoque):
                await checks.check(client.load(), now)

    asyncio.run(asked())
    assert not answers


def test_many_who_come_at_once_ask_the_database_once(drimbox: Environment) -> None:
    asked: list[None] = []

    async def fetched() -> Fetched:
        asked.append(None)
        await asyncio.sleep(0)
        return ()

    async def come() -> None:
        checks, certificate = RevocationRelevee(drimbox.pki.anchors_dir, fetched), drimbox.pki.auth_cli("a").load()
        await asyncio.gather(*(checks.check(certificate, datetime.now(UTC)) for _ in range(20)))

    asyncio.run(come())
    assert len(asked) == 1
