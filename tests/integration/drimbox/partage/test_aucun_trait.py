# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""While images leave, nothing that names a patient is on the disk of their wait nor in the figures of the door."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from aiohttp import ClientSession
from pydicom.uid import generate_uid

from banc.ports import free_port
from tests.integration.drimbox.partage.maille import INS, MEGABYTE, Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import begun, headers, until

PATIENT, NAME = "CANARI-IPP-77", "CANARI^NOMDUPATIENT"


@pytest.fixture(autouse=True)
def spool(maille: Maille, tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    images = maille.settings.images.model_copy(update={"idle_seconds": 60.0, "spool": folder, "metrics_port": free_port()})
    maille.settings = maille.settings.model_copy(update={"images": images})
    return folder


@pytest.fixture
def named(maille: Maille) -> Etude:
    """A study of 30 MB whose patient is named in its heads, and again in what follows them, as in burned-in pixels."""
    study = make_study(maille.folder / "pacs", series=1, instances=30, padding=MEGABYTE, patient=PATIENT)
    for path in (maille.folder / "pacs").glob("*.dcm"):
        words = NAME.encode() * (MEGABYTE // (2 * len(NAME)))
        path.write_bytes(path.read_bytes()[: -len(words)] + words)
    maille.pacs.index.scan()
    maille.add_kos(study)
    return study


def spelled(*words: str) -> list[bytes]:
    """Return words as text, in hexadecimal, and in base64 whatever their place in it."""
    return [
        form
        for word in map(str.encode, words)
        for form in (word, word.hex().encode(), *(base64.b64encode(b"\0" * shift + word + b"\0\0")[4:-4] for shift in range(3)))
    ]


def waiting_in(folder: Path) -> bytes:
    """Return what this process holds open below a folder: the files of the spool have no name."""
    found = b""
    for link in Path("/proc/self/fd").iterdir():
        try:
            if link.readlink().is_relative_to(folder):
                with link.open("rb") as file:
                    found += file.read()
        except OSError:  # closed meanwhile
            continue
    return found


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_neither_the_spool_in_use_nor_the_figures_name_anybody(porte: Maille, named: Etude, spool: Path) -> None:
    traits = spelled(PATIENT, NAME, "NOMDUPATIENT", INS)
    async with porte.client() as first, porte.client() as second:
        slow, other = await begun(first, porte, named), await begun(second, porte, named)
        await until(lambda: len(waiting_in(spool)) > 10 * MEGABYTE)
        held = waiting_in(spool)
        assert [trait for trait in traits if trait in held] == []
        assert names_in(spool) == []
        refused = await first.get(porte.url(named), headers=await headers(porte, named) | {"KOS-SOPInstanceUID": generate_uid()})
        assert refused.status == 404
        figures = await _figures(porte)
        assert NAME.encode() in await slow.read()  # these bytes do name the patient
        other.close()
        figures += await _figures(porte)
    assert b'drimbox_images_refus_total{code="admission.kos_inconnu"} 1.0' in figures
    assert b"drimbox_images_reserve_octets" in figures
    uids = spelled(named.study, named.kos, *named.series)
    assert [trait for trait in (*traits, *uids) if trait in figures] == []


async def _figures(maille: Maille) -> bytes:
    async with ClientSession() as plain, plain.get(f"http://127.0.0.1:{maille.settings.images.metrics_port}/metrics") as answer:
        return await answer.read()
