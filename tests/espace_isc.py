# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""iSC in tests: an OpenID provider that nobody here wrote (npm oidc-provider, certified), at which one person is always logged in."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from banc.pki import PkiPlan, build
from tests.peers import CACHE, ROOT

HOST, CLIENT, SECRET, SUBJECT = "isc.banc.test", "espace", "un secret", "isc-0001"
SCOPES = ("openid", "scope_all")
_REALM = "/auth/realms/esante-wallet"


def pki_of_isc(folder: Path) -> Any:
    """Make the authority of the provider and its certificate."""
    return build(folder, PkiPlan.of_mesh({}, servers=(HOST,)), datetime.now(UTC))


@contextlib.contextmanager
def isc_provider(pki: Any, callback: str) -> Iterator[str]:
    """Run the provider for one client.

    Args:
        pki: as :func:`pki_of_isc` makes it.
        callback: address where a person comes back.

    Yields:
        Its base address.
    """
    identity = pki.market(HOST)
    given = {
        "modules": str(CACHE / "oidc-provider" / "node_modules"),
        "certificate": str(identity.certificate),
        "key": str(identity.key),
        "clients": [{"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [callback]}],
        "person": {"sub": SUBJECT, "email": "une-autre-adresse@isc.test"},
    }
    script = ROOT / "tests" / "integration" / "peers" / "oidc-provider" / "server.mjs"
    process = subprocess.Popen(["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        yield f"https://localhost:{int(process.stdout.readline())}{_REALM}"
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
