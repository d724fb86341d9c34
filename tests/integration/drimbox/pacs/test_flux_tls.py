# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""DIMSE over TLS: the certificate of the PACS is checked, ours is shown, and each misunderstanding is named."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest
from pynetdicom import AE

from banc.pki import OrganisationPlan, Pki, PkiPlan, build
from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.flux import recuperer
from drimbox.socle.pacs.questions import echo
from tests.integration.drimbox.pacs.pacs_hostile import Session, an_object, pacs_that
from tests.integration.drimbox.pacs.test_flux import whole
from tests.integration.drimbox.pacs.test_flux_hostile import ASKED

NAME = "pacs.banc.test"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    organisation = OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019")
    plan = PkiPlan.of_mesh({"a": (organisation, ("db1.1.mesimagesmedicales.fr",))}, servers=(NAME,))
    return build(tmp_path_factory.mktemp("pki"), plan, datetime.now(UTC))


async def two_objects(session: Session) -> None:
    await session.asked()
    for uid in ("1.2.1", "1.2.2"):
        await session.stored(uid, an_object(uid))
    session.answer(0, completed=2)


def server_context(pki: Pki) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.market(NAME).certificate, pki.market(NAME).key)
    context.load_verify_locations(cadata=b"".join((pki.root.read_bytes(), pki.intermediate.read_bytes())).decode())
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def tls(pki: Pki, **changes: object) -> dict[str, object]:
    identity = {"certificate": pki.auth_cli("a").certificate, "key": pki.auth_cli("a").key}
    return {"trust": pki.market_ca, "identity": identity, "server_name": NAME} | changes


async def test_images_come_over_mutual_tls(pki: Pki):
    async with pacs_that(two_objects, context=server_context(pki), tls=tls(pki)) as pacs, recuperer(pacs, ASKED) as flux:
        found = {objet.sop_instance_uid: await whole(objet) async for objet in flux}
    assert found == {uid: an_object(uid) for uid in ("1.2.1", "1.2.2")}


@pytest.mark.parametrize("changes", [{"server_name": "other.banc.test"}, {"trust": "foreign"}])
async def test_a_pacs_under_another_name_or_authority_is_refused(pki: Pki, changes: dict[str, object]):
    if changes.get("trust"):
        changes = {"trust": pki.foreign_root}
    async with pacs_that(two_objects, context=server_context(pki), tls=tls(pki, **changes)) as pacs:
        with pytest.raises(PacsRefuse, match="certificat"):
            async with recuperer(pacs, ASKED) as flux:
                await anext(flux)


async def test_a_pacs_that_asks_for_a_certificate_and_gets_none_cuts(pki: Pki):
    async with pacs_that(two_objects, context=server_context(pki), tls=tls(pki, identity=None)) as pacs:
        with pytest.raises(PacsIndisponible):
            async with recuperer(pacs, ASKED) as flux:
                await anext(flux)


async def test_a_pacs_in_clear_called_in_tls_is_named(pki: Pki):
    async with pacs_that(two_objects, tls=tls(pki)) as pacs:
        with pytest.raises(PacsRefuse, match="en clair"):
            async with recuperer(pacs, ASKED) as flux:
                await anext(flux)


def test_questions_go_over_mutual_tls_too(pki: Pki):
    ae = AE(ae_title="TLS")
    ae.add_supported_context("1.2.840.10008.1.1")
    server = ae.start_server(("127.0.0.1", 0), block=False, ssl_context=server_context(pki))
    try:
        values = {"name": "tls", "host": "127.0.0.1", "port": server.server_address[1], "aet": "TLS", "timeout": 5.0}
        echo(Pacs.model_validate(values | {"tls": tls(pki)}))
        for refused in (tls(pki, server_name="other.banc.test"), tls(pki, trust=pki.foreign_root), None):
            with pytest.raises(PacsIndisponible):
                echo(Pacs.model_validate(values | {"tls": refused}))
    finally:
        server.shutdown()
