# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a door that is beaten upon writes: a bounded number of lines, none of which hides an exam that somebody must look at."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from drimbox.socle.journal.debit import Debit
from drimbox.socle.journal.models import Ligne
from drimbox.source.admission.errors import AutrePatient, JetonInactif, Refus
from drimbox.source.partage import journal
from drimbox.source.partage.journal import Handshakes, Suivi, write_refus
from drimbox.source.partage.listener import TOO_MANY
from drimbox.source.partage.orm import Base
from tests.drimbox_env import Environment


def suivi(examen: UUID) -> Suivi:
    return Suivi(peer_ip="127.0.0.1", method="GET", peer_dn="CN=peer", examen_id=examen)


@pytest.mark.parametrize(
    ("refus", "told"), [(AutrePatient(), {0: 2, 1: 2, 2: 2}), (JetonInactif(), {0: 2})], ids=["exam by exam", "all together"]
)
def test_the_refusals_of_one_exam_never_hide_that_another_one_has_the_images_of_somebody_else(
    drimbox: Environment, monkeypatch: pytest.MonkeyPatch, refus: Refus, told: dict[int, int]
) -> None:
    monkeypatch.setattr(journal, "REFUSALS", Debit(per_minute=2))
    exams = [uuid4() for _ in range(3)]
    with drimbox.role("images"):
        for examen in exams:
            for _ in range(5):
                write_refus(suivi(examen), refus)
        found = [exams.index(UUID(fields["examen_id"])) for fields in Ligne.objects.values_list("fields", flat=True)]
    assert {number: found.count(number) for number in set(found)} == told


def test_failed_handshakes_are_written_up_to_a_bound_then_left_to_the_logs(drimbox: Environment) -> None:
    async def beat() -> None:
        base = Base(threads=1)
        handshakes = Handshakes(base, per_minute=3)
        for number in range(10):
            handshakes.report("tls.certificat_absent", f"192.0.2.{number}")
        await handshakes.close()
        await asyncio.to_thread(base.close)

    with drimbox.role("images"):
        asyncio.run(beat())
    assert drimbox.sql("SELECT count(*) FROM journal WHERE event = 'admission:connexion:refused'") == [(3,)]


def test_a_flood_of_connections_fills_neither_the_journal_nor_the_logs_and_hides_no_other_fault(
    drimbox: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(journal.log, "warning", lambda _event, **fields: logged.append(fields["code"]), raising=False)

    async def beat() -> None:
        base = Base(threads=1)
        handshakes = Handshakes(base, per_minute=2)
        for number in range(100):
            handshakes.report(TOO_MANY, f"192.0.2.{number}")
        handshakes.report("tls.certificat_expire", "192.0.2.1")
        await handshakes.close()
        await asyncio.to_thread(base.close)

    with drimbox.role("images"):
        asyncio.run(beat())
    assert logged == [TOO_MANY] * 20
    codes = drimbox.sql("SELECT code, count(*) FROM journal WHERE event = 'admission:connexion:refused' GROUP BY code ORDER BY code")
    assert codes == [(TOO_MANY, 2), ("tls.certificat_expire", 1)]
