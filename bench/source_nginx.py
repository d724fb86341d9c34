# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""nginx over mutual TLS, before Orthanc and before a file: what a proxy without any check costs, and the floor."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from banc.pki import Issued

CONFIGURATION = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; default_type application/octet-stream;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3; root {folder}/www;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    ssl_client_certificate {authorities}; ssl_verify_client on; ssl_verify_depth 3;
    location /dicom-web/ {{ proxy_pass http://127.0.0.1:{orthanc}; proxy_buffering off; proxy_http_version 1.1; }}
  }}
}}
"""


def installed() -> bool:
    """Tell whether this machine has nginx."""
    return _program() is not None


def _program() -> str | None:
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


@contextmanager
def nginx(folder: Path, port: int, server: Issued, authorities: Path, orthanc: int) -> Iterator[Path]:
    """Run it; the block receives the folder of the files that it serves, at the root of its addresses."""
    www = folder / "www"
    www.mkdir(parents=True)
    text = CONFIGURATION.format(
        folder=folder, port=port, certificate=server.certificate, key=server.key, authorities=authorities, orthanc=orthanc,
        user="user root;" if os.geteuid() == 0 else "",
    )  # fmt: skip
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    program = _program()
    assert program is not None
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        if process.poll() is not None:
            raise SystemExit(f"nginx ne démarre pas : {(folder / 'error.log').read_text(encoding='utf-8')[-500:]}")
        yield www
    finally:
        process.terminate()
        process.wait(10)
