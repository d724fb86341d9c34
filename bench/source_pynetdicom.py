# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The same gateway with the data phase of pynetdicom, as a program: a study over mutual TLS, fed by C-GET, no check.

``python -m bench.source_pynetdicom CERTIFICATE KEY AUTHORITIES PORT PACS_PORT PACS_AET``
"""

from __future__ import annotations

import asyncio
import queue
import ssl
import sys
import threading
from typing import Any

from aiohttp import web
from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt

from drimbox.socle.pacs.objets import from_store
from drimbox.socle.pacs.part10 import file_header
from drimbox.socle.pacs.syntaxes import SYNTAXES

CT, GET = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.2.2.3"
BOUNDARY = b"bench-of-pynetdicom"
SLICE = 128 * 1024


def fetch(port: int, aet: str, study: str, objets: queue.Queue[Any]) -> None:
    """Fetch a study in a thread; a full queue makes the PACS wait."""

    def on_store(event: Any) -> int:
        objets.put(from_store(event))
        return 0

    ae = AE("DRIMBOX")
    ae.add_requested_context(GET)
    for syntax in SYNTAXES[:3]:
        ae.add_requested_context(CT, syntax)
    handlers, roles = [(evt.EVT_C_STORE, on_store)], [build_role(CT, scp_role=True)]
    association = ae.associate("127.0.0.1", port, ae_title=aet, max_pdu=131_072, ext_neg=roles, evt_handlers=handlers)
    identifier = Dataset()
    identifier.QueryRetrieveLevel, identifier.StudyInstanceUID = "STUDY", study
    for _answer in association.send_c_get(identifier, GET):
        pass
    association.release()
    objets.put(None)


def application(port: int, aet: str) -> web.Application:
    async def serve(request: web.Request) -> web.StreamResponse:
        objets: queue.Queue[Any] = queue.Queue(4)
        threading.Thread(target=fetch, args=(port, aet, request.match_info["study"], objets), daemon=True).start()
        kind = f'multipart/related; type="application/dicom"; boundary={BOUNDARY.decode()}'
        response = web.StreamResponse(headers={"Content-Type": kind})
        response.enable_chunked_encoding()
        await response.prepare(request)
        loop = asyncio.get_running_loop()
        while (objet := await loop.run_in_executor(None, objets.get)) is not None:
            await response.write(b"\r\n--" + BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n" + file_header(objet))
            view = memoryview(objet.dataset)
            for start in range(0, len(view), SLICE):
                await response.write(view[start : start + SLICE])
        await response.write(b"\r\n--" + BOUNDARY + b"--\r\n")
        return response

    app = web.Application()
    app.router.add_get("/dicom-web-rs/studies/{study}", serve)
    return app


if __name__ == "__main__":
    certificate, key, authorities, listen, pacs_port, pacs_aet = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    web.run_app(application(int(pacs_port), pacs_aet), host="127.0.0.1", port=int(listen), ssl_context=context, print=None, access_log=None)
