# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers that no DMP should give: each becomes one of our errors."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from banc.pki import Pki
from confiance.errors import DrimmError
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.soap import SOAP, WSA
from tests.unit.drimbox.dmp.samples import CONSULTATION, DMP_NAME, dmp_settings

SOAP_TYPE = "application/soap+xml"
EMPTY = (
    f'<s:Envelope xmlns:s="{SOAP}" xmlns:w="{WSA}"><s:Header><w:RelatesTo>urn:uuid:another</w:RelatesTo></s:Header><s:Body>'
    '<AdhocQueryResponse xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/></s:Body></s:Envelope>'
)


@asynccontextmanager
async def answering(pki: Pki, make: Callable[[], web.Response]) -> AsyncIterator[str]:
    async def handler(_request: web.Request) -> web.Response:
        return make()

    app = web.Application()
    app.router.add_post("/{any:.*}", handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.market(DMP_NAME).certificate, pki.market(DMP_NAME).key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.SockSite(runner, listener, ssl_context=context).start()
        try:
            yield f"https://localhost:{listener.getsockname()[1]}"
        finally:
            await runner.cleanup()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: web.Response(status=502, text="proxy"), DmpIndisponible),
        (lambda: web.Response(status=429), DmpIndisponible),
        (lambda: web.Response(status=404, text="<html/>"), DmpRefuse),
        (lambda: web.Response(status=302, headers={"Location": "https://evil.test/"}), DmpReponseInvalide),
        (lambda: web.Response(text="<html>Bienvenue</html>", content_type="text/html"), DmpReponseInvalide),
        (lambda: web.Response(body=b"\x1f\x8b", content_type=SOAP_TYPE, headers={"Content-Encoding": "gzip"}), DmpReponseInvalide),
        (lambda: web.Response(text=EMPTY, content_type=SOAP_TYPE), DmpReponseInvalide),
        (lambda: web.Response(text=EMPTY, content_type=SOAP_TYPE, status=500), DmpReponseInvalide),
    ],
)
async def test_an_answer_out_of_the_protocol_is_told_apart(
    live_pki: Pki, make: Callable[[], web.Response], expected: type[DrimmError]
) -> None:
    async with answering(live_pki, make) as url, DmpClient(dmp_settings(live_pki, url)) as dmp_client:
        with pytest.raises(expected) as caught:
            await dmp_client.find_kos(CONSULTATION)
    assert type(caught.value) is expected
