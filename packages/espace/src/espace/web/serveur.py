# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``pages``: uvicorn and Django."""

from __future__ import annotations

import os
import ssl
import warnings
from typing import cast

import uvicorn
from django.core.asgi import get_asgi_application

from espace.config import Pages, current
from espace.web.limite import FORM_BYTES, App, BoundedBody

_FILES = 2
"""Files of one form, at most."""


def main(settings: Pages) -> None:
    """Run the process until SIGTERM."""
    # whitenoise answers a file by a synchronous iterator, which Django gathers, and says so: ours are a few kilobytes
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    uvicorn.Server(_config(settings)).run()


def _config(settings: Pages) -> uvicorn.Config:
    tls = settings.tls
    config = uvicorn.Config(
        BoundedBody(cast("App", get_asgi_application()), _FILES * current().guichet.piece_max_bytes + FORM_BYTES),
        host=settings.host,
        port=settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=32 * 1024,
        ssl_certfile=None if tls is None else os.fspath(tls.certificate),
        ssl_keyfile=None if tls is None else os.fspath(tls.key),
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config
