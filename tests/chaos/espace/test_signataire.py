# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The signataire killed at any instant: readers see the old list or the new one, whole, and nothing asked is lost."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime
from typing import Any

from confiance.liste_blanche import Anchors, Policy, verify
from espace.liste_blanche import actions, queries
from espace.liste_blanche.models import Publication
from espace.liste_blanche.states import Etat
from tests.espace_donnees import integrate

KILLS = 4
DEMANDES = 6


class Reader(threading.Thread):
    """Reads the public file all the time and verifies every version that it meets."""

    def __init__(self, environment: Any) -> None:
        super().__init__(daemon=True)
        self.path = environment.publication / "liste-blanche.xml"
        self.policy = Policy(Anchors.from_directory(environment.pki.anchors_dir), frozenset({environment.pki.list_signer.dn}))
        self.dates: list[datetime] = []
        self.faults: list[Exception] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        last = b""
        while not self.stopping.wait(0.005):
            try:
                content = self.path.read_bytes()
            except FileNotFoundError:
                continue
            if content != last:
                last = content
                self.check(content)

    def check(self, content: bytes) -> None:
        try:
            self.dates.append(verify(content, self.policy, at=datetime.now(UTC)).date_generation)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            self.faults.append(error)


def test_readers_only_meet_whole_lists_in_order_while_the_signataire_is_killed(espace: Any) -> None:
    integrate(20, now=datetime.now(UTC))
    reader = Reader(espace)
    reader.start()
    for kill in range(KILLS):
        for _ in range(DEMANDES):
            actions.demander_publication(auteur="essai", now=datetime.now(UTC))
        with espace.process("process", "signataire") as started:
            limit = time.monotonic() + 30
            while espace.sql("SELECT count(*) FROM liste_blanche_publication") < [(kill * 2 + 1,)] and time.monotonic() < limit:
                time.sleep(0.02)
            time.sleep(kill * 0.037)  # another instant of the publication each time
            started.send_signal(signal.SIGKILL)
            started.wait()
    with espace.process("process", "signataire"):
        limit = time.monotonic() + 60
        while queries.oldest_waiting() is not None and time.monotonic() < limit:
            time.sleep(0.1)
    reader.stopping.set()
    reader.join()

    assert reader.faults == []
    assert reader.dates == sorted(set(reader.dates))
    assert queries.oldest_waiting() is None
    published = list(Publication.objects.filter(etat=Etat.PUBLIEE).order_by("sequence").values_list("sequence", flat=True))
    assert published == list(range(1, KILLS * DEMANDES + 1))
    assert reader.path.read_bytes() == queries.current_content()
