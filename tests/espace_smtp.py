# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A mail server for the tests: real SMTP by aiosmtpd, that keeps what it takes and answers what it is told."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class Boite:
    """What the server took, and how it answers.

    Attributes:
        plis: (envelope sender, recipients, bytes), as they came.
        answers: answer to DATA, by recipient; 250 for the others.
        rcpt: answer to RCPT, by recipient.
        mail: answer to MAIL.
        forgotten: recipients that RCPT takes and DATA knows no more.
        on_data: called at each DATA, before the answer.
    """

    plis: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    rcpt: dict[str, str] = field(default_factory=dict)
    mail: str = "250 OK"
    forgotten: set[str] = field(default_factory=set)
    on_data: Callable[[], object] = lambda: None
    port: int = 0

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's own name
        if self.mail.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.mail

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's own name
        if address in self.rcpt:
            return self.rcpt[address]
        if address in self.forgotten:
            return "250 OK"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.on_data()
        answer = self.answers.get(envelope.rcpt_tos[0], "250 2.0.0 OK")
        if answer.startswith("250"):
            self.plis.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages taken, read."""
        return [message_from_bytes(octets, policy=policy.default) for *_, octets in self.plis]  # type: ignore[misc]  # the policy makes EmailMessage

    def to(self, address: str) -> list[EmailMessage]:
        """The messages taken for one address."""
        return [message for message in self.messages if message["To"] == address]


@contextmanager
def smtp_server(
    *, port: int = 0, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> Iterator[Boite]:
    """Serve SMTP on the loopback for the time of a block.

    Args:
        port: 0 for any.
        tls: TLS from the first byte.
        starttls: offered, and required.
        login: identifiant and password required.
    """
    boite = Boite()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=login is not None and (data.login.decode(), data.password.decode()) == login)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a password asked without TLS: some tests want that very server
            return SMTP(
                boite,
                hostname="smtp.test",
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_required=login is not None,
                auth_require_tls=False,
                authenticator=authenticate if login else None,
                loop=loop,
            )

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", port, ssl=tls))
    boite.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield boite
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
