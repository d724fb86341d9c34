# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One publication of a large list beside one verification of it, by the real publisher on a real PostgreSQL.

Part of ``bench liste-publication``, in a process of its own since Django is set up on the Espace; the samples go out as JSON. Times are
processor times, those of PostgreSQL included in the publication; one row of the Registre changes before each publication.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from banc.postgres import EmbeddedPostgres
from banc.postgres.launcher import Server
from bench.contract import computing_time
from tests import espace_env

ROWS, ROUNDS, FULL_ROUNDS = 20_000, 5, 11
_FILL = (
    "INSERT INTO acteurs_site (id, libelle, cree_le) SELECT 1000 + n, 'Site ' || n, %(at)s FROM generate_series(2, %(rows)s) n",
    "INSERT INTO acteurs_commande (id, operateur_id, site_id, nombre_pacs, cree_le)"
    " SELECT 1000 + n, 1, 1000 + n, 1, %(at)s FROM generate_series(2, %(rows)s) n",
    "INSERT INTO registre_idregistre (label, site_id, attribue_le) SELECT n::text, 1000 + n, %(at)s FROM generate_series(2, %(rows)s) n",
    "INSERT INTO registre_pacs (id, commande_id, rang, libelle, hote_db, hote_vi)"
    " SELECT 1000 + n, 1000 + n, 1, '', 'a' || n || '.operateur.test', 'b' || n || '.operateur.test' FROM generate_series(2, %(rows)s) n",
    "INSERT INTO registre_couplefqdn (id, id_registre, number, db, vi, pacs_id, operateur_id, tri, recherche, attribue_le, modifie_le)"
    " SELECT 1000 + n, n::text, 1, 'db1.' || n || '.' || %(zone)s, 'vi1.' || n || '.' || %(zone)s, 1000 + n, 1, lpad(n::text, 20, '0'),"
    " '', %(at)s, %(at)s FROM generate_series(2, %(rows)s) n",
    "INSERT INTO registre_drimbox (couple_id, identifiant, dn_serv_ssl, statut, motif, cree_le, modifie_le)"
    " SELECT 1000 + n, n, 'CN=db1.' || n || '.' || %(zone)s || ',OU=' || (300000000000000 + n) || ',O=HOPITAL ' || n"
    " || ',ST=Paris (75),C=FR', 'active', '', %(at)s, %(at)s FROM generate_series(2, %(rows)s) n",
)
_CHANGE = "UPDATE registre_drimbox SET dn_serv_ssl = replace(dn_serv_ssl, 'HOPITAL', 'CHU'), modifie_le = %s WHERE identifiant = %s"


@dataclass
class Ground:
    """An Espace whose Registre holds that many Drimboxes, and its publisher."""

    editeur: Any
    round: int = 0
    reader: Any = None

    @classmethod
    def make(cls, environment: espace_env.Environment, rows: int) -> Ground:
        """Fill the Registre: the first row by the doors of the rooms, the others copied from it."""
        from tests.espace_donnees import integrate
        from tests.espace_tetes import editeur, head_settings

        now = datetime.now(UTC)
        integrate(now=now)
        with psycopg.connect(environment.dsn("superuser"), autocommit=True) as connection:
            for statement in _FILL:
                connection.execute(statement, {"rows": rows, "at": now, "zone": espace_env.ZONE})
            connection.execute("ANALYZE")
        return cls(editeur(environment, now, tete=head_settings(environment.folder / "cles")))

    def change(self) -> None:
        """Give one Drimbox another certificate, and let a minute pass on the clock in hand."""
        self.round += 1
        self.editeur.espace.sql(_CHANGE, self.editeur.time.now, 7 * self.round)
        self.editeur.time.sleep(60)

    def publish(self) -> None:
        """Demand, compile, check, sign, re-read, compare, write and publish, as a person who presses the button makes it done."""
        publication = self.editeur.publish()
        if publication.sequence is None:
            raise SystemExit(f"refused: {publication.code}")

    def hold(self) -> None:
        """Give a reader the list in force, which is then its list of yesterday."""
        from confiance.liste_blanche import Anchors, Policy, TrustedListeBlanche

        settings = self.editeur.settings
        policy = Policy(Anchors.from_directory(settings.anchors), frozenset({self.editeur.espace.pki.list_signer.dn}))
        self.reader = TrustedListeBlanche(policy)
        self.verify()

    def verify(self) -> None:
        """Verify the list in force as a reader that holds the one before: signature, chain, CRLs, every row, and the ratchet."""
        self.reader.update(self.editeur.liste(), at=self.editeur.time.now)
        if len(self.reader.require().domaines) != ROWS:
            raise SystemExit(f"{len(self.reader.require().domaines)} rows instead of {ROWS}")


def processor_time(server: Server) -> Callable[[], float]:
    """Return a clock that counts the processor time of this process and of every process of PostgreSQL, alive or over, in seconds."""
    with psycopg.connect(server.dsn()) as connection:
        postmaster = int(_stat(connection.info.backend_pid)[1])
    tick = os.sysconf("SC_CLK_TCK")

    def now() -> float:
        while True:
            before = _stat(postmaster)[11:15]
            children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a child ended meanwhile: counted again
                alive = sum(sum(map(int, _stat(int(pid))[11:13])) for pid in children)
                if _stat(postmaster)[13:15] == before[2:]:  # none was moved from the living to the dead while they were counted
                    return computing_time() + (alive + sum(map(int, before))) / tick

    return now


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat that follow the name of the program: state, parent, …, own and children's times at 11 to 14."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def samples(rounds: int) -> dict[str, list[float]]:
    """Return the durations, in milliseconds, each thing done in turn; ``premiere`` is that of a signataire that just started."""
    found: dict[str, list[float]] = {"premiere": [], "publier": [], "verifier": [], "publier_horloge": [], "verifier_horloge": []}
    with EmbeddedPostgres(durable=True) as server:
        environment = espace_env.build(server)
        from espace.liste_blanche import historique

        with environment.copy(), environment.role("pages"):
            ground, whole = Ground.make(environment, ROWS), processor_time(server)
            ground.publish()
            ground.hold()
            for rank in range(rounds + 1):
                if rank == 0:
                    ground.editeur.renew()
                    historique.forget()
                ground.change()
                for name, action, clock in (("publier", ground.publish, whole), ("verifier", ground.verify, computing_time)):
                    spent, elapsed = clock(), time.perf_counter()
                    action()
                    spent, elapsed = clock() - spent, time.perf_counter() - elapsed
                    if rank:
                        found[name].append(spent * 1e3)
                        found[f"{name}_horloge"].append(elapsed * 1e3)
                    elif name == "publier":
                        found["premiere"].append(spent * 1e3)
    return found


if __name__ == "__main__":
    result = samples(FULL_ROUNDS if "--full" in sys.argv else ROUNDS)
    sys.__stdout__.write("\n" + json.dumps(result) + "\n")  # type: ignore[union-attr]  # a process started by the bench has one
