# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door as a DICOMweb client that nobody here wrote sees it (dicomweb-client, of the QIICR project)."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille, token


@pytest.mark.peer("dicomweb-client")
async def test_dicomweb_client_retrieves_a_series(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = socket.getaddrinfo

    def found(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return lookup("127.0.0.1", porte.port, *args, **kwargs) if host == DB else lookup(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    datasets = await asyncio.to_thread(_retrieve, porte, etude, await token(porte.settings))
    assert {dataset.SOPInstanceUID for dataset in datasets} == set(etude.instances[etude.series[0]])


def _retrieve(maille: Maille, etude: Etude, bearer: str) -> list[Any]:
    from dicomweb_client.api import DICOMwebClient
    from dicomweb_client.session_utils import create_session

    identity, authorities = maille.pki.serv_ssl(DB2), maille.folder / "authorities.pem"

    authorities.write_bytes(maille.pki.root.read_bytes() + maille.pki.intermediate.read_bytes())
    session = create_session()
    session.verify, session.cert = str(authorities), (str(identity.certificate), str(identity.key))
    session.trust_env = False
    headers = {"Authorization": f"Bearer {bearer}", "KOS-SOPInstanceUID": etude.kos}
    with session:
        client = DICOMwebClient(f"https://{DB}/dicom-web-rs", session=session, headers=headers)
        return client.retrieve_series(etude.study, etude.series[0])
