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
async def test_dicomweb_client_finds_describes_and_retrieves_the_exam(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = socket.getaddrinfo

    def found(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return lookup("127.0.0.1", porte.port, *args, **kwargs) if host == DB else lookup(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    client = await asyncio.to_thread(_client, porte, etude, await token(porte.settings))
    series = etude.series[0]
    (found,) = await asyncio.to_thread(client.search_for_studies)
    assert found["0020000D"]["Value"] == [etude.study]
    assert len(await asyncio.to_thread(client.search_for_series, etude.study)) == 2
    assert len(await asyncio.to_thread(client.search_for_instances, etude.study)) == 6
    metadata = await asyncio.to_thread(client.retrieve_series_metadata, etude.study, series)
    assert {row["00080018"]["Value"][0] for row in metadata} == set(etude.instances[series])
    datasets = await asyncio.to_thread(client.retrieve_series, etude.study, series)
    assert {dataset.SOPInstanceUID for dataset in datasets} == set(etude.instances[series])
    instance = etude.instances[series][0]
    syntaxes = (("application/octet-stream", "1.2.840.10008.1.2.1"),)
    (frame,) = await asyncio.to_thread(client.retrieve_instance_frames, etude.study, series, instance, [1], syntaxes)
    assert len(frame) == 128 * 128 * 2
    picture = await asyncio.to_thread(client.retrieve_instance_rendered, etude.study, series, instance, ("image/png",))
    assert picture.startswith(b"\x89PNG")
    await asyncio.to_thread(client._session.close)


def _client(maille: Maille, etude: Etude, bearer: str) -> Any:
    from dicomweb_client.api import DICOMwebClient
    from dicomweb_client.session_utils import create_session

    identity, authorities = maille.pki.serv_ssl(DB2), maille.folder / "authorities.pem"
    authorities.write_bytes(maille.pki.root.read_bytes() + maille.pki.intermediate.read_bytes())
    session = create_session()
    session.verify, session.cert = str(authorities), (str(identity.certificate), str(identity.key))
    session.trust_env = False
    headers = {"Authorization": f"Bearer {bearer}", "KOS-SOPInstanceUID": etude.kos}
    return DICOMwebClient(f"https://{DB}/dicom-web-rs", session=session, headers=headers)
