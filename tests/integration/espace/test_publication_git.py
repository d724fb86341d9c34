# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Lists in a git repository: one commit each, pushed to a real remote, never forced."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from espace.alarmes.models import Alarme
from espace.alarmes.queries import open_alarms
from espace.config import Git
from espace.liste_blanche.depot import Archiviste
from espace.liste_blanche.depot_git import DepotGit, Envoi
from espace.liste_blanche.errors import DepotEtranger, DepotGitError, DistantInjoignable, GitAbsent, PousseeRefusee
from tests.espace_donnees import integrate
from tests.espace_tetes import Editeur, editeur, head_settings

pytestmark = pytest.mark.peer("git")
NOW = datetime.now(UTC)


def git(folder: Path, *arguments: str) -> str:
    """Run git as anybody would, outside of our code."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Autre", "-c", "user.email=autre@banc.test"]
    done = subprocess.run(["git", *who, "-C", str(folder), *arguments], env=environ, capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository of somebody else."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "distant.git")], timeout=60, check=True)
    return tmp_path / "distant.git"


@pytest.fixture
def settings(tmp_path: Path, remote: Path) -> Git:
    return Git(folder=tmp_path / "listes.git", remote=str(remote), retry_seconds=0.001, timeout_seconds=20)


@pytest.fixture
def monde(espace: Any, settings: Git, tmp_path: Path) -> Editeur:
    integrate(now=NOW)
    return editeur(espace, NOW, git=settings, tete=head_settings(tmp_path / "cles"))


def archive(monde: Editeur, settings: Git) -> None:
    """Do one turn of the process depot, as it does after each start."""
    with monde.espace.role("depot"):
        Archiviste(monde.settings, settings).turn()


def envoi(sequence: int) -> Envoi:
    return Envoi(f"Liste n° {sequence}", sequence, 0, NOW, {"liste-blanche.xml": b"%d" % sequence, "crl/a.crl": b"x"})


def test_each_list_is_one_commit_with_its_head_and_crls_and_the_remote_has_them(monde: Editeur, settings: Git, remote: Path) -> None:
    for _ in range(2):
        monde.publish()
        monde.round()
    archive(monde, settings)
    monde.publish()  # without its head yet
    archive(monde, settings)
    monde.round()
    archive(monde, settings)
    titles = git(remote, "log", "--reverse", "--format=%s", "main").splitlines()
    assert titles == ["Liste n° 1", "Liste n° 2", "Liste n° 3", "Tête n° 3"]
    assert git(remote, "show", "main:liste-blanche.xml").encode() == monde.liste()
    assert git(remote, "show", "main:tete.json").encode() == monde.head()
    assert len(git(remote, "ls-tree", "--name-only", "main:crl").splitlines()) == 2
    message = git(remote, "log", "-1", "--format=%B", "main~1")
    assert "Sequence: 3" in message
    assert "SHA-256: " in message
    assert git(remote, "fsck", "--strict") == ""
    assert list(open_alarms()) == []


def test_a_commit_of_somebody_else_on_the_remote_is_an_alarm_and_is_never_overwritten(
    monde: Editeur, settings: Git, remote: Path, tmp_path: Path
) -> None:
    monde.publish()
    archive(monde, settings)
    git(tmp_path, "clone", "--quiet", str(remote), "copie")
    (tmp_path / "copie/intrus").write_text("intrus")
    git(tmp_path / "copie", "add", "intrus")
    git(tmp_path / "copie", "commit", "--quiet", "-m", "intrus")
    git(tmp_path / "copie", "push", "--quiet", "origin", "main")
    theirs = git(remote, "rev-parse", "main")
    monde.publish()
    archive(monde, settings)
    assert [one.code for one in open_alarms()] == ["depot_git.refuse"]
    assert git(remote, "rev-parse", "main") == theirs
    git(remote, "update-ref", "refs/heads/main", "main~1")  # a person settles it on the remote
    archive(monde, settings)
    assert git(remote, "log", "-1", "--format=%s", "main").strip() == "Liste n° 2"
    assert list(open_alarms()) == []


def test_a_hook_of_the_remote_that_refuses_is_an_alarm(monde: Editeur, settings: Git, remote: Path) -> None:
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    monde.publish()
    archive(monde, settings)
    assert [one.code for one in open_alarms()] == ["depot_git.refuse"]


def test_a_remote_that_is_down_delays_and_loses_nothing(monde: Editeur, settings: Git, remote: Path) -> None:
    away = remote.with_name("ailleurs.git")
    remote.rename(away)
    for _ in range(2):
        monde.publish()
        archive(monde, settings)
    assert [(one.code, one.occurrences) for one in open_alarms()] == [("depot_git.injoignable", 2)]
    away.rename(remote)
    archive(monde, settings)
    assert len(git(remote, "log", "--format=%s", "main").splitlines()) == 2
    assert list(open_alarms()) == []


def test_a_push_that_fails_in_any_way_is_one_alarm_and_waits_for_its_delay(
    monde: Editeur, settings: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def broken(_depot: DepotGit) -> None:
        tried.append(1)
        raise DepotGitError

    monkeypatch.setattr(DepotGit, "push", broken)
    monde.publish()
    with monde.espace.role("depot"):
        archiviste = Archiviste(monde.settings, settings.model_copy(update={"retry_seconds": 3600}))
        for _ in range(3):
            archiviste.turn()
    assert tried == [1]
    alarme = Alarme.objects.get()  # a commit that succeeds does not close it, so it does not open again at each turn
    assert (alarme.code, alarme.occurrences, alarme.fermee_le) == ("depot_git.indisponible", 1, None)


def test_a_folder_that_cannot_be_written_is_an_alarm_and_the_list_is_public(monde: Editeur, settings: Git, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    monde.publish()
    archive(monde, settings.model_copy(update={"folder": tmp_path / "fichier" / "depot"}))
    assert [one.code for one in open_alarms()] == ["depot_git.indisponible"]
    assert monde.liste()


def test_hooks_and_configuration_of_the_machine_are_not_read(settings: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "home").mkdir()
    hooks = tmp_path / "crochets"
    hooks.mkdir()
    for name in ("reference-transaction", "pre-push", "post-commit"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {trace}\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "home/.gitconfig").write_text(f"[core]\nhooksPath = {hooks}\n[user]\nname = Intrus\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "leurre"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Intrus")
    depot = DepotGit(settings)
    depot.prepare()
    (settings.folder / "hooks").mkdir(exist_ok=True)
    (settings.folder / "hooks/reference-transaction").write_text(f"#!/bin/sh\necho propre >> {trace}\n")
    (settings.folder / "hooks/reference-transaction").chmod(0o755)
    depot.commit(envoi(1))
    depot.push()
    assert not trace.exists()
    assert git(settings.folder, "log", "-1", "--format=%an").strip() == "Liste Blanche DRIM-M"


def test_locks_of_a_killed_process_are_removed_and_what_it_did_is_taken_up(settings: Git) -> None:
    depot = DepotGit(settings)
    depot.prepare()
    depot.commit(envoi(1))
    (settings.folder / "refs/heads/main.lock").write_text("")
    with pytest.raises(DepotGitError):
        depot.commit(envoi(2))
    assert depot.last() == (1, 0)
    depot.prepare()
    depot.commit(envoi(2))
    assert DepotGit(settings).last() == (2, 0)


def test_a_branch_that_is_not_ours_is_left_alone(settings: Git) -> None:
    depot = DepotGit(settings)
    depot.prepare()
    tree = git(settings.folder, "mktree").strip()
    git(settings.folder, "update-ref", "refs/heads/main", git(settings.folder, "commit-tree", tree, "-m", "autre").strip())
    with pytest.raises(DepotEtranger):
        depot.last()


def test_a_git_that_never_answers_is_ended_at_the_limit(settings: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    depot = DepotGit(settings)
    depot.prepare()
    depot.commit(envoi(1))
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "git").write_text('#!/bin/sh\ncase "$*" in *push*) sleep 60;; *) exec /usr/bin/git "$@";; esac\n')
    (slow / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow}:{os.environ['PATH']}")
    hanging = DepotGit(settings.model_copy(update={"timeout_seconds": 0.5}))
    with pytest.raises(DistantInjoignable):
        hanging.push()


def test_a_machine_without_git_is_told_at_the_start(settings: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nulle-part")
    with pytest.raises(GitAbsent, match="introuvable"):
        DepotGit(settings)


@pytest.mark.parametrize("remote", ["--receive-pack=touch x", "-o", "ext::sh -c true", "a b", "a\tb", ""])
def test_a_remote_that_would_be_an_option_or_holds_a_space_is_no_setting(tmp_path: Path, remote: str) -> None:
    with pytest.raises(ValueError, match="remote"):
        Git(folder=tmp_path / "d.git", remote=remote)


def test_a_remote_that_is_a_command_is_never_run(settings: Git, tmp_path: Path) -> None:
    trace, command = tmp_path / "trace", tmp_path / "commande"
    command.write_text(f"#!/bin/sh\ntouch {trace}\n")
    command.chmod(0o755)
    depot = DepotGit(Git.model_validate({**settings.model_dump(), "remote": f"ext::{command}"}))
    depot.prepare()
    depot.commit(envoi(1))
    with pytest.raises((DistantInjoignable, PousseeRefusee)):
        depot.push()
    assert not trace.exists()
    with pytest.raises(subprocess.CalledProcessError):  # the trap is a trap: a git that is told to trust it runs it
        git(tmp_path, "-c", "protocol.ext.allow=always", "ls-remote", f"ext::{command}")
    assert trace.exists()


def test_an_option_that_came_past_the_settings_is_taken_for_a_place(settings: Git, remote: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "commande").write_text(f'#!/bin/sh\ntouch {trace}\nexec git-receive-pack "$@"\n')
    (tmp_path / "commande").chmod(0o755)
    option = f"--receive-pack={tmp_path / 'commande'}"
    depot = DepotGit(settings.model_copy(update={"remote": option}))
    depot.prepare()
    depot.commit(envoi(1))
    with pytest.raises((DistantInjoignable, PousseeRefusee)):
        depot.push()
    assert not trace.exists()
    git(settings.folder, "push", option, str(remote), "main")  # the trap is a trap
    assert trace.exists()
