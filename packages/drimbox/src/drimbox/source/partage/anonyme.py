# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An HTTP server whose answers name no software.

aiohttp signs every answer, and answers by itself what is not HTTP, before any handler, with the words of its own parser, which quote what
came. Here such a request is told, answered by a problem document of ours, and its connection ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import uuid4

from aiohttp import web

from confiance.exploitation.logs import get_logger
from drimbox.source.admission import problem
from drimbox.source.admission.errors import DemandeIllisible, InterneIndisponible, Refus

log = get_logger("partage")
Report: TypeAlias = Callable[[web.BaseRequest, Refus], str]
"""Takes what is known of a request that no handler answers, and its refusal; returns the number under which it is written."""


def unwritten(_request: web.BaseRequest, _refus: Refus) -> str:
    """Give a number to what is written nowhere."""
    return uuid4().hex


class AnonymousRunner(web.AppRunner):
    """Runs an application behind such a server; takes what AppRunner takes, and the report of what is not HTTP."""

    __slots__ = ("_report",)

    def __init__(self, application: web.Application, report: Report = unwritten, **options: Any) -> None:
        application.on_response_prepare.append(_unsigned)
        super().__init__(application, handle_signals=False, access_log=None, **options)
        self._report = report

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(self._report, made.request_handler, request_factory=made.request_factory, **self._kwargs)


class _Server(web.Server):
    def __init__(self, report: Report, handler: Any, **options: Any) -> None:
        super().__init__(handler, **options)
        self.report = report

    def __call__(self) -> _Connection:
        return _Connection(self, loop=asyncio.get_running_loop(), **self._kwargs)


class _Connection(web.RequestHandler):
    """One connection: what no handler answers is answered here."""

    __slots__ = ("_report",)

    def __init__(self, manager: _Server, **options: Any) -> None:
        super().__init__(manager, **options)
        self._report = manager.report

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer a request that cannot be read, or whose answer failed; neither the error nor what came is quoted, logs included."""
        del message
        if request.writer.output_size > 0:
            raise ConnectionError
        refus: Refus = DemandeIllisible() if status < 500 else InterneIndisponible()
        trace = self._report(request, refus)
        if status >= 500:
            log.error("partage:demande:failed", trace=trace, exc_info=exc)
        headers = {"Cache-Control": "no-store"}
        answer = _Unsigned(status=refus.status, body=problem.body(refus, trace), content_type=problem.CONTENT_TYPE, headers=headers)
        answer.force_close()
        return answer


class _Unsigned(web.Response):
    """An answer to what has no request: no signal is sent for it."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop("Server", None)


async def _unsigned(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
