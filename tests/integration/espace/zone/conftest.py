# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.espace_dns import KEY_NAME, Knot, PowerDnsServer
from tests.espace_donnees import NOW, ZONE
from tests.espace_env import Environment


@dataclass
class Horloge:
    """A clock that only moves when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **delay: float) -> None:
        self.now += timedelta(**delay)


@dataclass
class Essai:
    """A publication under test: its loop is turned by hand, under the role of the process ``zone``."""

    espace: Environment
    settings: Any
    horloge: Horloge = field(default_factory=Horloge)
    _boucle: Any = None

    def turn(self) -> None:
        from espace.zone.adaptateurs.choix import adaptateur
        from espace.zone.boucle import Boucle

        with self.espace.role("zone"):
            if self._boucle is None:
                self._boucle = Boucle(self.settings, adaptateur(self.settings, lambda _serial: None), self.horloge)  # type: ignore[arg-type,return-value]  # never asked
            self._boucle.turn()

    def restart(self) -> None:
        self._boucle = None

    def etat(self, couple: Any) -> Any:
        from espace.registre.models import CoupleFqdn
        from espace.zone import queries

        return queries.etat(CoupleFqdn.objects.get(pk=couple.pk))


def zone_settings(**values: Any) -> Any:
    """Return the table [zone] with one name server on the loopback."""
    from espace.config import Zone

    ns = f"ns1.{ZONE}"
    return Zone.model_validate({"name": ZONE, "nameservers": [ns], "addresses": {ns: ["127.0.0.1"]}, "refresh_seconds": 0.2, **values})


def of_knot(knot: Knot, *others: int, **controle: Any) -> Any:
    """Return the settings of a publication to knot; ``others`` are the ports of its secondaries."""
    servers = {f"ns{n}.{ZONE}": f"127.0.0.1:{port}" for n, port in enumerate((knot.port, *others), 1)}
    return zone_settings(
        adaptateur="rfc2136",
        nameservers=list(servers),
        addresses={name: ["127.0.0.1"] for name in servers},
        rfc2136={"server": "127.0.0.1", "port": knot.port, "key_name": KEY_NAME, "key": str(knot.key_file)},
        controle={"serveurs": servers, "timeout_seconds": 10.0, **controle},
    )


def of_pdns(pdns: PowerDnsServer, **controle: Any) -> Any:
    """Return the settings of a publication to PowerDNS."""
    return zone_settings(
        adaptateur="powerdns",
        powerdns={"url": pdns.api.url, "api_key": str(pdns.key_file)},
        controle={"serveurs": {f"ns1.{ZONE}": f"127.0.0.1:{pdns.port}"}, "timeout_seconds": 10.0, **controle},
    )


@pytest.fixture
def knot(tmp_path: Path) -> Iterator[Knot]:
    server = Knot(tmp_path / "knot")
    with server:
        yield server


@pytest.fixture(params=[pytest.param("knot", marks=pytest.mark.peer("knot")), pytest.param("pdns", marks=pytest.mark.peer("pdns"))])
def publication(request: pytest.FixtureRequest, espace: Environment, tmp_path: Path) -> Iterator[tuple[Essai, Any]]:
    """A publication to each real server in turn."""
    server: Any = Knot(tmp_path / "knot") if request.param == "knot" else PowerDnsServer(tmp_path / "pdns")
    with server:
        settings = of_knot(server) if request.param == "knot" else of_pdns(server)
        yield Essai(espace, settings), server


@pytest.fixture
def essai(espace: Environment, knot: Knot) -> Essai:
    """A publication to knot."""
    return Essai(espace, of_knot(knot))
