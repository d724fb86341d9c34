# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The largest body that a request may have, judged before Django keeps it: Django itself bounds no file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
FORM_BYTES = 1024 * 1024
"""Room for the fields of a form beside its files."""
_TEXT = "Envoi refusé : il est trop volumineux.".encode()


class TropLourd(Exception):
    """More bytes came than a body may have."""


class BoundedBody:
    """ASGI application that answers 413 to a body larger than a limit, announced or not.

    Args:
        app: the application behind.
        max_bytes: the limit.
    """

    def __init__(self, app: App, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request through as long as its body is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._max:
            await _refuse(send)
            return
        got, started = 0, False

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._max:
                raise TropLourd
            return message

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, sent)
        except TropLourd:
            if not started:
                await _refuse(send)


def _announced(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 19 else 2**63
    return 0


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TEXT})
