# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Bringing the mesh up: the database, the PKI, the Espace, the outside world, the DRIMboxes. The scenario plays on it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from banc.demo import administrateur, configuration
from banc.demo.administrateur import Names
from banc.demo.agent import Agent, Releve, read_releve
from banc.demo.children import READY_SECONDS, ChildFell, Children
from banc.demo.igc import build_pki, order_certificates
from banc.demo.operateur import Representant
from banc.demo.plan import Box, Plan
from banc.pki import Pki
from banc.postgres import EmbeddedPostgres
from banc.postgres.launcher import Server
from confiance.exploitation.supervisor import python
from drimbox import roles as drimbox_roles
from espace import roles as espace_roles


class Mesh:
    """Everything that runs. Each method is one thing that an administrateur, an Operateur or a hospital does."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.children = Children(plan.logs)
        self.names: dict[str, Names] = {}
        self._ordered: set[str] = set()
        self._agents: dict[str, Agent] = {}
        self._representants: dict[str, Representant] = {}
        self._postgres = EmbeddedPostgres(plan.work / "base" / "donnees", durable=False)
        self.server: Server | None = None
        self.pki: Pki | None = None

    def start_base(self) -> None:
        """Start PostgreSQL and create databases and roles."""
        self.server = self._postgres.start()
        self._database("espace", "espace_", espace_roles.ROLES, self.plan.work / "espace")
        for box in self.plan.boxes:
            self._database(box.database, f"{box.database}_", drimbox_roles.ROLES, self.plan.folder(box))
        (self.plan.work / "base" / "socket").write_text(str(self.server.socket), encoding="utf-8")

    def build_pki(self) -> None:
        """Build the PKI, and draw the secrets that both sides of PSC share."""
        self.pki = build_pki(self.plan)
        for box in self.plan.boxes:
            configuration.secret(self.plan.secrets, f"psc-{box.key}")

    def start_espace(self) -> None:
        """Configure, migrate and start the Espace, with an account for its console."""
        assert self.server is not None
        assert self.pki is not None
        configuration.write_espace(self.plan, self.server, self.pki)
        self.children.start("espace", self._first_run("espace", "espace"), self._env(self._espace_toml))
        self.children.wait_port("espace", "127.0.0.1", self.plan.espace_port)

    def start_monde(self) -> None:
        """Start the outside world; it is waited for when it is first needed."""
        self.children.start("monde", python("banc", "monde", "--work", str(self.plan.work)))

    def wait_monde(self) -> None:
        """Wait until the outside world listens."""
        self._wait_file("monde", self.plan.monde_ready)

    def representant(self, box: Box) -> Representant:
        """Return the représentant légal of the Operateur of one DRIMbox, in the portail; the first time, it is inscribed and invited."""
        assert self.pki is not None
        if box.key not in self._representants:
            administrateur.inscribe(self.agent("espace"), box)
            self._representants[box.key] = Representant(self.plan, box, self.pki.market_ca)
        return self._representants[box.key]

    def declare(self, box: Box) -> str:
        """Have one DRIMbox declared and the names given; return the number of the dossier."""
        numero = self.representant(box).declare()
        self.names[box.key] = administrateur.names_of(administrateur.decide(self.agent("espace"), numero, "take", "accept"))
        return numero

    def integrate(self, box: Box) -> str:
        """Have the certificates of one DRIMbox ordered, its integration asked and accepted; return the number of the dossier."""
        assert self.pki is not None
        names = self.order(box)
        numero = self.representant(box).integrate(names.db, str(self.pki.serv_ssl(names.db).dn))
        administrateur.decide(self.agent("espace"), numero, "validate", "accept")
        return numero

    def order(self, box: Box) -> Names:
        """Have the certificates of one DRIMbox ordered, once; return its names."""
        assert self.pki is not None
        names = self.names[box.key]
        if box.key not in self._ordered:
            order_certificates(self.pki, box, names.db, names.vi)
            self._ordered.add(box.key)
        return names

    def give_names(self, box: Box) -> Names:
        """Take one DRIMbox from nothing to the list: its dossiers, one after the other."""
        self.declare(box)
        self.integrate(box)
        return self.names[box.key]

    def launch_drimboxes(self) -> None:
        """Configure and start both DRIMboxes: a machine is ready, and asks for the list, before it is in the list."""
        assert self.server is not None
        assert self.pki is not None
        for box in self.plan.boxes:
            names = self.order(box)
            configuration.write_drimbox(self.plan, box, self.server, self.pki, (names.db, names.vi))
            self.children.start(f"drimbox-{box.key}", self._first_run("drimbox", box.key), self._env(self._drimbox_toml(box)))

    def wait_drimboxes(self) -> None:
        """Wait until both DRIMboxes listen."""
        for box in self.plan.boxes:
            for host, port in (("127.0.0.1", box.pages_port), ("127.0.0.1", box.mllp_port), (box.loopback, box.images_port)):
                self.children.wait_port(f"drimbox-{box.key}", host, port)

    def _first_run(self, program: str, who: str) -> tuple[str, ...]:
        account = ("--compte", configuration.ACCOUNT, "--password-file", str(self._password(who)))
        if program != "espace":
            return python(program, "run", "--migrer", *account)
        self._totp.unlink(missing_ok=True)  # that of a former demo in this folder: the account is made anew
        return python(program, "run", "--migrer", *account, "--totp-file", str(self._totp))

    def agent(self, who: str) -> Agent:
        """Return the person in front of a console (``espace``, ``a`` or ``b``), logged in."""
        assert self.pki is not None
        if who not in self._agents:
            urls = {"espace": self.plan.espace_url, **{box.key: box.public_url for box in self.plan.boxes}}
            totp = self._totp if who == "espace" else None
            self._agents[who] = Agent(f"{urls[who]}/console/", self._password(who), self.pki.market_ca, totp)
        return self._agents[who]

    def pull_list(self, box: Box) -> Releve:
        """Have one DRIMbox pull the Liste Blanche now, by the button of its console."""
        agent = self.agent(box.key)
        before = read_releve(agent.open("")).trace
        agent.press(agent.open(""), "/liste-blanche/relever")
        return self._next_releve(box, before)

    def wait_list(self, box: Box) -> Releve:
        """Have one DRIMbox pull the list until it accepts one; return its last pull, whatever it says, when it never does."""
        limit, releve = time.monotonic() + READY_SECONDS, self._next_releve(box, "")  # it pulls by itself when it starts
        while releve.code and time.monotonic() < limit:
            releve = self.pull_list(box)
        return releve

    def _next_releve(self, box: Box, before: str) -> Releve:
        limit = time.monotonic() + READY_SECONDS
        while time.monotonic() < limit:
            releve = read_releve(self.agent(box.key).open(""))
            if releve.trace not in ("", before):
                return releve
            time.sleep(0.2)
        raise ChildFell(f"La DRIMbox {box.key.upper()} n'a pas relevé la liste ; voir {self.children.log(f'drimbox-{box.key}')}.")

    def addresses(self) -> dict[str, str]:
        """Return the pages to open: what it is → its address."""
        pages = {"Espace de Confiance": f"{self.plan.espace_url}/", "Console de l'Espace": f"{self.plan.espace_url}/console/"}
        for box in self.plan.boxes:
            pages[f"DRIMbox {box.key.upper()} ({box.client})"] = f"{box.public_url}/console/"
        pages["Portail des Opérateurs"] = f"{self.plan.espace_url}/portail/"
        pages["Identifiants, mots de passe et codes du moment"] = "./drimm run banc comptes"
        pages["Courriers partis"] = str(self.plan.work / "courriers")
        return pages

    def espace(self, *arguments: str) -> str:
        """Run a command of the Espace."""
        return self.children.run("espace-commandes", python("espace", *arguments), self._env(self._espace_toml))

    def drimbox(self, box: Box, *arguments: str) -> str:
        """Run a command of one DRIMbox."""
        return self.children.run(f"drimbox-{box.key}-commandes", python("drimbox", *arguments), self._env(self._drimbox_toml(box)))

    def stop(self) -> None:
        """Stop everything."""
        for agent in self._agents.values():
            agent.close()
        for representant in self._representants.values():
            representant.close()
        self.children.stop()
        self._postgres.stop()

    @property
    def _espace_toml(self) -> Path:
        return self.plan.work / "espace" / "espace.toml"

    def _drimbox_toml(self, box: Box) -> Path:
        return self.plan.folder(box) / "drimbox.toml"

    def _env(self, config: Path) -> dict[str, str]:
        return {"DRIMM_CONFIG": str(config)}

    @property
    def _totp(self) -> Path:
        return self.plan.secrets / "totp-espace"

    def _password(self, who: str) -> Path:
        return configuration.secret(self.plan.secrets, f"console-{who}")

    def _database(self, name: str, prefix: str, roles: Sequence[str], folder: Path) -> None:
        assert self.server is not None
        configuration.passwords(self.server, folder / "mots-de-passe", [f"{prefix}{role}" for role in roles])
        self.server.create_database(name, owner=f"{prefix}proprietaire")

    def _wait_file(self, child: str, path: Path) -> None:
        limit = time.monotonic() + READY_SECONDS
        while not path.exists():
            self.children.check(child)
            if time.monotonic() > limit:
                raise ChildFell(f"« {child} » n'est pas prêt après {READY_SECONDS:.0f} s ; voir {self.children.log(child)}.")
            time.sleep(0.05)
