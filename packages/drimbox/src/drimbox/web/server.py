# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``pages``: vi names, console and consultation screens, over TLS. No client certificate is ever asked here."""

from __future__ import annotations

import ssl
import warnings

import uvicorn
from django.conf import settings

from confiance.exploitation.logs import get_logger
from drimbox.socle.tls import server_context_vi

log = get_logger("pages")
HEADER_BYTES = 32 * 1024


def main() -> None:
    """Serve the pages until SIGTERM."""
    # whitenoise answers a file as a synchronous iterator and Django says so for each; our one style sheet is a few kilobytes
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    pages = settings.DRIMBOX.pages
    config = uvicorn.Config(
        "drimbox.web.asgi:application",
        host=pages.host,
        port=pages.port,
        ssl_context_factory=_context,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        limit_concurrency=pages.max_connections,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
    )
    log.info("pages:process:started", address=pages.host, port=pages.port)
    uvicorn.Server(config).run()


def _context(*_given_by_uvicorn: object) -> ssl.SSLContext:
    return server_context_vi(settings.DRIMBOX.tls)
