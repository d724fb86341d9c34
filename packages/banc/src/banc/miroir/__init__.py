# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A mirror of the public list, honest until a forged list is put in its folder.

DRIMboxes of the banc fetch their list here. What this mirror shows is what an attacker on the path of the download could show.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from ssl import SSLContext

from aiohttp import ClientError, ClientSession, web

FORGED = "liste-forgee.xml"
_LISTE = "/liste-blanche.xml"
_PASSED_ON = ("Content-Type", "ETag", "Last-Modified", "Cache-Control")


def create_app(folder: Path, origin: str, trust: SSLContext) -> web.Application:
    """Return the mirror.

    Args:
        folder: a file ``liste-forgee.xml`` there is served instead of the genuine list, as long as it exists.
        origin: address of the genuine list; its head, log and CRLs are beside it.
        trust: how to check the server of the genuine list.
    """
    app = web.Application()

    async def liste(request: web.Request) -> web.StreamResponse:
        forged = folder / FORGED
        if forged.exists():
            return web.Response(body=forged.read_bytes(), content_type="application/xml")
        return await _relay(request, app[_SESSION], origin, trust)

    async def beside(request: web.Request) -> web.StreamResponse:
        return await _relay(request, app[_SESSION], origin.removesuffix(_LISTE) + request.path, trust)

    async def session(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession() as opened:
            app[_SESSION] = opened
            yield

    app.cleanup_ctx.append(session)
    app.router.add_get(_LISTE, liste)
    app.router.add_get("/tete.json", beside)
    app.router.add_get("/{folder:crl|journal}/{path:.*}", beside)
    return app


_SESSION = web.AppKey("session", ClientSession)


async def _relay(request: web.Request, session: ClientSession, origin: str, trust: SSLContext) -> web.Response:
    conditions = {name: request.headers[name] for name in ("If-None-Match", "If-Modified-Since") if name in request.headers}
    try:
        async with session.get(origin, headers=conditions, ssl=trust) as answer:
            headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)
    except ClientError:
        return web.Response(status=502)
