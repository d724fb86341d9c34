# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where everything of the demo is: folders, names, addresses. Values only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from banc.ports import free_port, free_udp_and_tcp_port

ZONE = "mesimagesmedicales.fr"
FILE = "maillage.json"


@dataclass(frozen=True, slots=True)
class Box:
    """One DRIMbox of the demo and the hospital around it."""

    key: str
    number: int
    operateur: str
    siret: str
    client: str
    siren: str
    loopback: str
    pages_port: int = field(default_factory=free_port)
    mllp_port: int = field(default_factory=free_port)
    pacs_port: int = field(default_factory=free_port)
    images_port: int = 0

    @property
    def target(self) -> str:
        """Host of the operator that the CNAME of both names points to."""
        return f"passerelle.operateur-{self.key}.test"

    @property
    def representant(self) -> str:
        """Address, and login, of the représentant légal of the Operateur."""
        return f"representant@operateur-{self.key}.test"

    @property
    def database(self) -> str:
        """Name of the database of this DRIMbox."""
        return f"drimbox_{self.key}"

    @property
    def public_url(self) -> str:
        """Where people reach the pages of this DRIMbox."""
        return f"https://127.0.0.1:{self.pages_port}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is chosen before anything starts."""

    work: Path
    a: Box
    b: Box
    espace_port: int = field(default_factory=free_port)
    dns_port: int = field(default_factory=free_udp_and_tcp_port)
    psc_port: int = field(default_factory=free_port)
    foreign_psc_port: int = field(default_factory=free_port)
    dmp_port: int = field(default_factory=free_port)
    miroir_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)

    @classmethod
    def fresh(cls, work: Path) -> Plan:
        """Choose names and free ports for a mesh kept in ``work``."""
        a = Box(
            "a", 1, "Opérateur Alpha", "99900010200015", "Centre d'imagerie des Acacias", "999000201", "127.0.0.11",
            images_port=free_port("127.0.0.11"),
        )  # fmt: skip
        b = Box(
            "b",
            2,
            "Opérateur Bêta",
            "99900030000015",
            "Hôpital des Bleuets",
            "999000409",
            "127.0.0.12",
            images_port=free_port("127.0.0.12"),
        )
        return cls(work, a, b)

    def save(self) -> None:
        """Write the plan to ``<work>/maillage.json``, for the processes of the banc and for whoever looks at a running mesh."""
        values = {**asdict(self), "work": str(self.work)}
        self.work.mkdir(parents=True, exist_ok=True)
        (self.work / FILE).write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, work: Path) -> Plan:
        """Read the plan of a mesh."""
        values = json.loads((work / FILE).read_text(encoding="utf-8"))
        return cls(**{**values, "work": Path(values["work"]), "a": Box(**values["a"]), "b": Box(**values["b"])})

    @property
    def boxes(self) -> tuple[Box, Box]:
        """Both DRIMboxes."""
        return self.a, self.b

    @property
    def pki(self) -> Path:
        return self.work / "pki"

    @property
    def secrets(self) -> Path:
        return self.work / "secrets"

    @property
    def logs(self) -> Path:
        return self.work / "journaux"

    @property
    def monde_ready(self) -> Path:
        return self.work / "monde.pret"

    @property
    def espace_url(self) -> str:
        return f"https://127.0.0.1:{self.espace_port}"

    @property
    def miroir_url(self) -> str:
        return f"https://127.0.0.1:{self.miroir_port}/liste-blanche.xml"

    def folder(self, box: Box) -> Path:
        """Return the folder of one DRIMbox."""
        return self.work / box.key

    def pacs(self, box: Box) -> Path:
        """Return the folder of files of the PACS beside one DRIMbox."""
        return self.work / f"pacs-{box.key}"
