# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may open what in the mesh that runs: addresses, logins, passwords and the codes of the moment, made for this demo alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from banc.demo.plan import FILE, Plan
from banc.demo.totp import PERIOD, code
from banc.ports import listens
from confiance.errors import OwnError


class DemoAbsente(OwnError):
    """No demo runs here."""

    code = "banc.demo_absente"
    message = "Aucune démonstration ne tourne ici."
    remede = "Lancez ./drimm demo dans un autre terminal et attendez la fin des étapes, ou nommez son dossier par --work."


@dataclass(frozen=True, slots=True)
class Compte:
    """One account.

    Attributes:
        page: where it logs in.
        login: its name.
        password: path of the file that holds its password.
        totp: path of the secret of its second factor, None where one factor is enough.
    """

    page: str
    login: str
    password: Path
    totp: Path | None = None


def running(cache: Path) -> Plan:
    """Return the newest demo that still answers.

    Args:
        cache: the folder in which demos keep their work folders.

    Raises:
        DemoAbsente: none does.
    """
    for file in sorted(cache.glob(f"demo-*/{FILE}"), key=lambda one: one.stat().st_mtime, reverse=True):
        plan = Plan.load(file.parent)
        if listens(plan.espace_port):
            return plan
    raise DemoAbsente


def comptes(plan: Plan) -> Iterator[Compte]:
    """Yield the accounts of a demo."""
    yield Compte(f"{plan.espace_url}/console/", "agent", plan.secrets / "console-espace", plan.secrets / "totp-espace")
    for box in plan.boxes:
        files = (plan.secrets / f"portail-{box.key}", plan.secrets / f"totp-portail-{box.key}")
        yield Compte(f"{plan.espace_url}/portail/", box.representant, *files)
        yield Compte(f"{box.public_url}/console/", "agent", plan.secrets / f"console-{box.key}")


def told(one: Compte, now: float) -> str:
    """Return what a person types to log in.

    Args:
        one: the account.
        now: seconds since 1970.
    """
    lines = [one.page, f"    identifiant   {one.login}", f"    mot de passe  {_read(one.password)}"]
    if one.totp is not None:
        lines.append(f"    code          {code(_read(one.totp), now)}   (encore {PERIOD - int(now) % PERIOD} s)")
    return "\n".join(lines)


def shown(work: Path | None, cache: Path, now: float) -> str:
    """Return every account of a demo, ready to be typed.

    Args:
        work: folder of a demo; None is the one that runs.
        cache: the folder in which demos keep theirs.
        now: seconds since 1970.

    Raises:
        DemoAbsente: there is none.
    """
    plan = running(cache) if work is None else _load(work.absolute())
    return "\n\n".join(told(one, now) for one in comptes(plan))


def _load(work: Path) -> Plan:
    if not (work / FILE).is_file():
        raise DemoAbsente
    return Plan.load(work)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise DemoAbsente from None
