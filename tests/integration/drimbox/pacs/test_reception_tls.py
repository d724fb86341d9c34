# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-STORE over mutual TLS, both ways, with DCMTK: what a C-MOVE sends to us, and what we send to a PACS."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from banc.pki import OrganisationPlan, Pki, PkiPlan, build
from banc.pki.store import Issued
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs import reception_stockage
from drimbox.socle.pacs.attente import Attente, Livraison
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours
from drimbox.socle.pacs.part10 import to_part10
from drimbox.socle.pacs.reception_stockage import reception_of
from drimbox.socle.pacs.storage import store
from tests.drimbox_revocation import crl_that_revokes
from tests.drimbox_world import until
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, an_object

EXPLICIT = "1.2.840.10008.1.2.1"
NAME = "pacs.banc.test"
OBJET = ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    plans = {
        name: (OrganisationPlan(name, f"BANC-DRIMM OPERATEUR {name}", number), (f"db{rank}.1.mesimagesmedicales.fr",))
        for rank, (name, number) in enumerate((("a", "300000000300019"), ("b", "300000000300027")), start=1)
    }
    return build(tmp_path_factory.mktemp("pki"), PkiPlan.of_mesh(plans, servers=(NAME,)), datetime.now(UTC))


def pacs_of(pki: Pki, **move: object) -> Pacs:
    """A PACS whose C-MOVE sends to us over mutual TLS."""
    ours = pki.market(NAME)
    tls = {"identite": {"certificate": ours.certificate, "key": ours.key}, "clients": pki.anchors_dir}
    listening = {"aet": "DRIMOVE", "port": free_port(), "tls": tls} | move
    values = {"name": "move", "host": "127.0.0.1", "aet": "PACSM", "timeout": 5.0, "recuperation": "c-move"}
    return Pacs.model_validate(values | {"move": listening})


def sender_of(pki: Pki, pacs: Pacs, shown: Issued | None) -> Pacs:
    """The same PACS, as it calls us."""
    assert pacs.move is not None
    identity = None if shown is None else {"certificate": shown.certificate, "key": shown.key}
    tls = {"trust": pki.market_ca, "server_name": NAME, "identity": identity}
    values = {"name": "sender", "host": "127.0.0.1", "port": pacs.move.port, "aet": "DRIMOVE", "calling_aet": "PACSM", "timeout": 5.0}
    return Pacs.model_validate(values | {"tls": tls})


async def taken(attente: Attente) -> ObjetEnCours:
    """Read what comes, to its end."""
    arrival = await asyncio.wait_for(attente.arrivals.get(), 20)
    assert isinstance(arrival, Livraison)
    await arrival.objet.finish()
    arrival.done.set_result(True)
    return arrival.objet


async def test_what_a_c_move_sends_comes_over_mutual_tls(pki: Pki):
    pacs = pacs_of(pki, dn=(str(pki.auth_cli("a").dn),))
    async with reception_of(pacs).attending(DemandeImages(STUDY)) as attente:
        sending = asyncio.create_task(asyncio.to_thread(lambda: list(store(sender_of(pki, pacs, pki.auth_cli("a")), [OBJET]))))
        objet = await taken(attente)
        assert (objet.sop_instance_uid, objet.recus) == ("1.2.1", len(OBJET.dataset))
        assert [result.stored for result in await sending] == [True]


@pytest.mark.parametrize("shown", ["b", None])
async def test_another_certificate_or_none_brings_nothing_in(pki: Pki, shown: str | None):
    pacs = pacs_of(pki, dn=(str(pki.auth_cli("a").dn),))
    identity = pki.auth_cli(shown) if shown else None
    async with reception_of(pacs).attending(DemandeImages(STUDY)) as attente:
        with pytest.raises(PacsRefuse if shown else PacsIndisponible):
            await asyncio.to_thread(lambda: list(store(sender_of(pki, pacs, identity), [OBJET])))
        assert attente.arrivals.empty()


async def test_a_certificate_revoked_by_a_crl_that_was_fetched_brings_nothing_in(pki: Pki, monkeypatch: pytest.MonkeyPatch):
    async def fetched() -> tuple[x509.CertificateRevocationList, ...]:
        return (crl_that_revokes(pki, pki.auth_cli("a").serial),)

    monkeypatch.setattr(reception_stockage, "fetched_in_passing", fetched)
    pacs = pacs_of(pki)
    async with reception_of(pacs).attending(DemandeImages(STUDY)) as attente:
        with pytest.raises(PacsRefuse):
            await asyncio.to_thread(lambda: list(store(sender_of(pki, pacs, pki.auth_cli("a")), [OBJET])))
        assert attente.arrivals.empty()


@pytest.mark.peer("dcmtk")
async def test_dcmtk_sends_over_mutual_tls_what_a_c_move_asked(pki: Pki, tmp_path: Path):
    pacs = pacs_of(pki)
    assert pacs.move is not None
    file = tmp_path / "one.dcm"
    file.write_bytes(to_part10(OBJET))
    async with reception_of(pacs).attending(DemandeImages(STUDY)) as attente:
        command = ["/usr/bin/storescu", *dcmtk_tls(pki.auth_cli("a"), pki.market_ca), "-aet", "PACSM", "-aec", "DRIMOVE"]
        sending = await asyncio.create_subprocess_exec(*command, "127.0.0.1", str(pacs.move.port), str(file), stderr=subprocess.PIPE)
        objet = await taken(attente)
        assert objet.sop_instance_uid == "1.2.1"
        _, told = await sending.communicate()
        assert sending.returncode == 0, told.decode()


@pytest.mark.peer("dcmtk")
def test_dcmtk_keeps_what_we_send_over_mutual_tls(pki: Pki, tmp_path: Path):
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(pki.root.read_bytes() + pki.intermediate.read_bytes())
    port, kept = free_port(), tmp_path / "kept"
    kept.mkdir()
    command = ["/usr/bin/storescp", *dcmtk_tls(pki.market(NAME), authorities), "-aet", "PACST", "-od", str(kept), str(port)]
    server = subprocess.Popen(command)
    try:
        values = {"name": "tls", "host": "127.0.0.1", "port": port, "aet": "PACST", "timeout": 5.0}
        ours = pki.auth_cli("a")
        tls = {"trust": pki.market_ca, "server_name": NAME, "identity": {"certificate": ours.certificate, "key": ours.key}}
        pacs = Pacs.model_validate(values | {"tls": tls})
        until(lambda: _listens(port), "storescp")
        assert [result.stored for result in store(pacs, [OBJET])] == [True]
        with pytest.raises(PacsIndisponible):
            list(store(Pacs.model_validate(values), [OBJET]))  # in clear
    finally:
        server.terminate()
        server.wait(10)
    (file,) = kept.iterdir()
    assert OBJET.dataset in file.read_bytes()


def dcmtk_tls(shown: Issued, authorities: Path) -> list[str]:
    return ["+tls", str(shown.key), str(shown.certificate), "+cf", str(authorities), "-rc"]


def _listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
        return True
    return False
