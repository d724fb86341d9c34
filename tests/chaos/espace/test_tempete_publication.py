# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A storm on the publisher: killed processes, a full disk, a remote that is down, a clock that steps.

A reader polls the public folder all the time, as a gateway does, and must only ever meet whole valid lists and heads, in order.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from confiance.liste_blanche import Anchors, Policy, TrustedListeBlanche
from confiance.transparence import TetePolicy, TrustedTete
from confiance.transparence.refusals import TeteConsistance
from espace.alarmes.queries import open_alarms
from espace.liste_blanche import actions, fichier, queries
from espace.liste_blanche.models import Publication
from espace.liste_blanche.publication import Publisher
from espace.liste_blanche.states import Etat
from espace.tete import queries as tetes
from tests.espace_donnees import ZONE, integrate
from tests.espace_tetes import HandClock, editeur, head_settings

ROUNDS = 4
DEMANDES = 4


@dataclass
class Passerelle(threading.Thread):
    """Reads list and head all the time, trusts them as a gateway does, and keeps every surprise."""

    folder: Path
    liste: TrustedListeBlanche
    tete: TrustedTete
    faults: list[str] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = threading.Event()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        last: dict[str, bytes] = {}
        while not self.stopping.wait(0.004):
            for name, take in ((fichier.NAME, self._list), ("tete.json", self._head)):
                try:
                    data = (self.folder / name).read_bytes()
                except FileNotFoundError:
                    continue
                if data != last.get(name):
                    last[name] = data
                    self._try(name, take, data)

    def _try(self, name: str, take: Callable[[bytes], None], data: bytes) -> None:
        try:
            take(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            self.faults.append(f"{name}: {type(error).__name__} {error}")

    def _list(self, data: bytes) -> None:
        self.liste.update(data, at=datetime.now(UTC))
        self.lists.append(len(data))

    def _head(self, data: bytes) -> None:
        needed = self.tete.proof_needed(data)
        try:
            proof = None if needed is None else (self.folder / f"journal/consistance/{needed[0]}-{needed[1]}.json").read_bytes()
        except FileNotFoundError:
            proof = None  # it slept through many heads: the pages would answer
        try:
            self.tete.update(data, at=datetime.now(UTC), consistency=proof)
        except TeteConsistance:
            if proof is not None:
                raise
            return
        held = self.tete.current
        assert held is not None
        self.heads.append(held.tete.numero)


@dataclass
class Mer:
    """The Espace in the storm."""

    espace: Any
    variables: dict[str, str]
    passerelle: Passerelle
    remote: Path
    cles: Path

    def ask(self, count: int = DEMANDES) -> None:
        for _ in range(count):
            actions.demander_publication(auteur="essai", now=datetime.now(UTC))

    def start(self, *names: str) -> ExitStack:
        """Start processes; they end with the stack."""
        stack = ExitStack()
        self.started = [stack.enter_context(self.espace.process("process", name, **self.variables)) for name in names]
        return stack

    def wait_for(self, condition: Callable[[], bool], seconds: float = 90) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, self.espace.logs[-3000:]
            time.sleep(0.05)

    def settled(self) -> bool:
        """Every demande is answered, and the head of the last list is in the folder."""
        liste, head = queries.current(), tetes.current()
        return (
            queries.oldest_waiting() is None
            and liste is not None
            and head is not None
            and head.sequence == liste.sequence
            and (self.passerelle.folder / "tete.json").exists()
            and (self.passerelle.folder / "tete.json").read_bytes() == bytes(head.fichier or b"")
        )

    def check(self) -> None:
        """What the reader met, and what the tables say."""
        reader = self.passerelle
        assert reader.faults == []
        assert reader.heads == sorted(set(reader.heads))
        published = list(Publication.objects.filter(etat=Etat.PUBLIEE).order_by("sequence").values_list("sequence", flat=True))
        assert published == list(range(1, len(published) + 1))
        assert tetes.taille() == len(published)
        assert (reader.folder / fichier.NAME).read_bytes() == queries.current_content()
        assert reader.tete.equivoque is None


@pytest.fixture
def mer(espace: Any, tmp_path: Path) -> Iterator[Mer]:
    integrate(10, now=datetime.now(UTC))
    espace.publication.mkdir(parents=True, exist_ok=True)
    settings = head_settings(tmp_path / "cles")
    remote = tmp_path / "distant.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)], check=True, timeout=60)
    tete = json.loads(settings.model_dump_json())
    git = {"folder": str(tmp_path / "listes.git"), "remote": str(remote), "retry_seconds": 0.2}
    variables = {"DRIMM_LISTE_BLANCHE__TETE": json.dumps(tete), "DRIMM_LISTE_BLANCHE__GIT": json.dumps(git)}
    policy = Policy(Anchors.from_directory(espace.pki.anchors_dir), frozenset({espace.pki.list_signer.dn}))
    keys = TetePolicy.from_pem({name: path.read_bytes() for name, path in settings.cles.items()}, settings.seuil)
    passerelle = Passerelle(espace.publication, TrustedListeBlanche(policy), TrustedTete(keys))
    passerelle.start()
    yield Mer(espace, variables, passerelle, remote, tmp_path / "cles")
    passerelle.stopping.set()
    passerelle.join()


@pytest.mark.peer("git")
@pytest.mark.timeout(400)
def test_processes_killed_at_any_instant_and_a_remote_that_comes_and_goes(mer: Mer) -> None:
    chance = random.Random(7719)
    away = mer.remote.with_name("ailleurs.git")
    for turn in range(ROUNDS):
        mer.ask()
        if turn % 2:
            mer.remote.rename(away)
        with mer.start("signataire", "temoin", "depot"):
            done = Publication.objects.exclude(sequence=None).count()
            mer.wait_for(lambda before=done: Publication.objects.exclude(sequence=None).count() > before)  # type: ignore[misc]  # bound now
            for process in chance.sample(mer.started, 3):
                time.sleep(chance.random() * 0.15)
                process.send_signal(signal.SIGKILL)
                process.wait()
        if turn % 2:
            away.rename(mer.remote)
    with mer.start("signataire", "temoin", "depot"):
        mer.wait_for(mer.settled)
        mer.wait_for(lambda: _in_remote(mer.remote) == queries.current_content())
    mer.check()
    assert Publication.objects.filter(etat=Etat.PUBLIEE).count() == ROUNDS * DEMANDES
    sequences = [line for line in _git(mer.remote, "log", "--reverse", "--format=%s", "main").splitlines() if line.startswith("Liste")]
    assert sequences == [f"Liste n° {n}" for n in range(1, ROUNDS * DEMANDES + 1)]
    assert _git(mer.remote, "fsck", "--strict") == ""


def _git(folder: Path, *arguments: str) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", "-C", str(folder), *arguments], env=environ, capture_output=True, timeout=60, check=False)
    return done.stdout.decode()


def _in_remote(folder: Path) -> bytes:
    return _git(folder, "show", "main:liste-blanche.xml").encode()


@pytest.fixture
def small_disk(espace: Any) -> Iterator[Path]:
    """The publication folder on a disk of 300 KiB of its own."""
    folder = espace.publication
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount the small disk of this test")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True, check=False, timeout=30
    )
    if mounted.returncode:
        pytest.skip("this machine does not let a test mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=30)


def _fill(path: Path) -> None:
    with path.open("wb") as filler:
        while True:
            filler.write(b"0" * 4096)
            filler.flush()


@pytest.mark.timeout(400)
def test_a_full_disk_stops_the_publication_and_readers_keep_the_last_list_and_head(small_disk: Path, mer: Mer) -> None:
    with mer.start("signataire", "temoin"):
        mer.ask(2)
        mer.wait_for(mer.settled)
        kept = (small_disk / fichier.NAME).read_bytes(), (small_disk / "tete.json").read_bytes()
        with pytest.raises(OSError, match="space"):
            _fill(small_disk / "autre-fichier")
        mer.ask(2)
        mer.wait_for(lambda: Publication.objects.filter(code="publication.ecriture").count() == 2)
        assert ((small_disk / fichier.NAME).read_bytes(), (small_disk / "tete.json").read_bytes()) == kept
        assert "publication.ecriture" in {one.code for one in open_alarms()}
        (small_disk / "autre-fichier").unlink()
        mer.ask(1)
        mer.wait_for(mer.settled)
        mer.wait_for(lambda: not open_alarms().exists())
    assert mer.passerelle.faults == []
    assert (small_disk / fichier.NAME).read_bytes() == queries.current_content()


def test_a_clock_that_steps_back_then_forward_publishes_nothing_out_of_order(espace: Any, tmp_path: Path) -> None:
    integrate(3, now=datetime.now(UTC))
    start = datetime.now(UTC)
    monde = editeur(espace, start, tete=head_settings(tmp_path / "cles"))
    dates, chance = [], random.Random(42)
    for step in (0, 60, -3600, 30, 3 * 3600, -7200, 0, 9000, -1, 2):
        monde.time.now += timedelta(seconds=step + chance.random())
        done = monde.publish()
        monde.signataire()
        if done.etat == Etat.PUBLIEE:
            dates.append(done.date_generation)
        else:
            assert done.code == "publication.horloge"
    assert dates == sorted(set(dates))
    assert len(dates) >= 4
    with espace.role("signataire"):
        assert Publisher(monde.settings, zone=ZONE, clock=HandClock(start).clock()).publish_waiting() == 0
