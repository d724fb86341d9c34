# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From an exclusion decided in the console of the Espace to its refusal at a DRIMbox, between real processes.
Part of ``bench liste-publication``.

Real: PostgreSQL, the Espace (pages, signataire, zone), the mirror that serves its folder, DRIMbox A with all its processes, mutual TLS,
the button of the console. Simulated: the PKI, and the DRIMboxes that are excluded, of which only the certificate comes to A. With a poll
of 300 s, the wait is simulated too unless all is asked: once the list is public, the last pull of A is put back by what remains to wait.
"""

from __future__ import annotations

import http.client
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from banc.demo import administrateur, configuration, pair
from banc.demo.administrateur import Names
from banc.demo.children import Children
from banc.demo.mesh import Mesh
from banc.demo.plan import Plan
from confiance.exploitation.supervisor import python

SHORT, LONG = 5.0, 300.0
GIVE_UP = 90.0
_REFUSED, _LET_IN = "admission.certificat_hors_liste", "admission.jeton_absent"
_PUT_BACK = "UPDATE annuaire_releve SET at = at - make_interval(secs => %s) WHERE id = (SELECT max(id) FROM annuaire_releve)"


@dataclass
class Maille:
    """The Espace and DRIMbox A, running; and the names of DRIMboxes that may be excluded."""

    mesh: Mesh
    a: Names
    others: list[Names]
    children: Children

    def start_a(self, poll: float) -> None:
        """Start A with that delay between two pulls, and wait until it has the list."""
        mesh, box = self.mesh, self.mesh.plan.a
        path = configuration.write_drimbox(mesh.plan, box, mesh.server, mesh.pki, (self.a.db, self.a.vi))
        path.write_text(path.read_text(encoding="utf-8").replace("poll_seconds = 300.0", f"poll_seconds = {poll}"), encoding="utf-8")
        account = ("--compte", configuration.ACCOUNT, "--password-file", str(configuration.secret(mesh.plan.secrets, "console-a")))
        self.children.start("drimbox-a", python("drimbox", "run", "--migrer", *account), {"DRIMM_CONFIG": str(path)})
        for host, port in (("127.0.0.1", box.pages_port), (box.loopback, box.images_port)):
            self.children.wait_port("drimbox-a", host, port)

    def answer(self, other: Names) -> str:
        """Return the code with which A answers another DRIMbox that shows no token: the list is looked at before."""
        pki = self.mesh.pki
        identity, anchors = pki.serv_ssl(other.db), pki.anchors_dir
        try:
            asked = pair.ask(self.mesh.plan.a, self.a.db, "1.2.3", identity=identity, anchors=anchors, token="", kos="1.2.3")
        except (OSError, http.client.HTTPException) as error:  # it starts, or it closes the connection of who was just excluded
            return type(error).__name__
        return str(asked.problem.get("code", asked.status))

    def wait(self, other: Names, code: str) -> None:
        """Ask A until it answers that code."""
        limit = time.monotonic() + GIVE_UP + LONG
        while (said := self.answer(other)) != code:
            if time.monotonic() > limit:
                raise SystemExit(f"la DRIMbox A répond encore {said} à {other.db}")
            time.sleep(0.1)

    def exclude(self, other: Names) -> threading.Thread:
        """Press the button in the console of the Espace; the page comes when the list is public."""
        pressed = threading.Thread(target=administrateur.exclude, args=(self.mesh.agent("espace"), other.db))
        pressed.start()
        return pressed

    def put_back(self, seconds: float) -> None:
        """Make the last pull of A older."""
        with psycopg.connect(self.mesh.server.dsn(self.mesh.plan.a.database), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(_PUT_BACK, [seconds])

    def published(self) -> bytes:
        """Return the list that the Espace shows."""
        return (self.mesh.plan.work / "espace" / "publication" / "liste-blanche.xml").read_bytes()


@contextmanager
def running(count: int) -> Iterator[Maille]:
    """Bring up the Espace, the mirror and A, with that many DRIMboxes to exclude."""
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as folder:
        mesh = Mesh(Plan.fresh(Path(folder)))
        children = Children(mesh.plan.logs)
        try:
            mesh.plan.save()
            mesh.start_base()
            mesh.build_pki()
            mesh.start_espace()
            mesh.start_monde()
            mesh.wait_monde()  # the invitations of the Operateurs leave by its mail server
            a, others = mesh.give_names(mesh.plan.a), [mesh.give_names(mesh.plan.b) for _ in range(count)]
            administrateur.publish(mesh.agent("espace"))
            yield Maille(mesh, a, others, children)
        finally:
            children.stop()
            mesh.stop()


def short(maille: Maille, others: list[Names]) -> list[float]:
    """Return, for each exclusion with a poll of 5 s, the seconds from the decision to the refusal; nothing is simulated."""
    found = []
    for other in others:
        maille.wait(other, _LET_IN)
        start = time.monotonic()
        pressed = maille.exclude(other)
        maille.wait(other, _REFUSED)
        found.append(time.monotonic() - start)
        pressed.join()
    return found


def long(maille: Maille, other: Names, *, really: bool) -> float:
    """Return the seconds from the decision to the refusal with a poll of 300 s, all of which remained to wait."""
    maille.mesh.pull_list(maille.mesh.plan.a)
    maille.wait(other, _LET_IN)
    before, start = maille.published(), time.monotonic()
    pressed = maille.exclude(other)
    while maille.published() == before:
        time.sleep(0.05)
    if really:
        maille.wait(other, _REFUSED)
        pressed.join()
        return time.monotonic() - start
    if maille.answer(other) != _LET_IN:
        raise SystemExit("la DRIMbox A refuse avant d'avoir relevé la liste")
    skipped = max(0.0, LONG - (time.monotonic() - start))
    maille.put_back(skipped)
    maille.wait(other, _REFUSED)
    pressed.join()
    return time.monotonic() - start + skipped


def samples(*, full: bool) -> dict[str, list[float]]:
    """Return the seconds of each exclusion, by poll."""
    rounds = 5 if full else 3
    with running(rounds + 2) as maille:
        maille.start_a(LONG)
        late = [long(maille, other, really=full) for other in maille.others[: 1 if full else 2]]
        maille.children.stop()
        maille.start_a(SHORT)
        return {"5": short(maille, maille.others[2:]), "300": late}


if __name__ == "__main__":
    print(samples(full="--full" in sys.argv))
