# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a viewer asks through the door: searches, metadata, frames, renderings; all in the one exam of the KOS."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import aiohttp
import pydicom
import pytest
from PIL import Image
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from yarl import URL

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.source.admission.errors import TropDeConversions
from drimbox.source.partage.conversion.tenues import Tenues
from tests.drimbox_env import DB
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import INS, Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts

BASE = f"https://{DB}/dicom-web-rs"
EXPLICIT, JPEG_LS, JSON = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80", "application/dicom+json"


async def rows(session: aiohttp.ClientSession, url: str, given: dict[str, str]) -> list[Any]:
    status, kind, body = await get(session, url, given | {"Accept": JSON})
    assert (status, kind) in {(200, JSON), (204, "")}, body
    return json.loads(body) if body else []


def value(row: Any, tag: str) -> Any:
    return row[tag]["Value"][0]


async def test_searches_find_the_exam_of_the_kos_and_no_other(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude), etude.series[0]
    async with porte.client() as session:
        for url, count in (
            ("/studies", 1),
            (f"/studies?StudyInstanceUID={etude.study}&includefield=all", 1),
            (f"/studies?0020000D={etude.study}", 1),
            (f"/studies?00100020={INS}", 1),
            ("/studies?PatientID=1234567890", 0),
            ("/studies?StudyInstanceUID=1.2.3", 0),
            ("/studies?StudyDate=20210101-20210131", 1),
            ("/studies?StudyDate=20220101-", 0),
            ("/studies?PatientName=PAT*", 1),
            ("/studies?ModalitiesInStudy=CT", 1),
            ("/studies?ModalitiesInStudy=MR", 0),
            ("/series", 2),
            (f"/studies/{etude.study}/series", 2),
            (f"/studies/{etude.study}/series?limit=1&offset=1", 1),
            (f"/studies/{etude.study}/instances", 6),
            (f"/studies/{etude.study}/series/{series}/instances", 3),
            ("/instances?limit=2", 2),
        ):
            assert len(await rows(session, BASE + url, given)) == count, url


async def test_a_search_gives_addresses_of_our_public_name_only(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        found = await rows(session, f"{BASE}/studies/{etude.study}/instances", await headers(porte, etude))
    text = json.dumps(found)
    assert f"https://{DB}/dicom-web-rs/studies/{etude.study}/series/" in text
    assert "127.0.0.1" not in text
    assert "http://" not in text


async def test_a_search_under_something_the_kos_does_not_point_to_is_a_404(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude, Accept=JSON)
    async with porte.client() as session:
        status, _, body = await get(session, f"{BASE}/studies/{etude.study}/series/1.2.3/instances", given)
        assert (status, json.loads(body)["code"]) == (404, "partage.ressource_inconnue")
        status, _, body = await get(session, f"{BASE}/studies/1.2.3/series", given)
        assert (status, json.loads(body)["code"]) == (404, "admission.kos_inconnu")
        status, _, body = await get(session, f"{BASE}/studies?limit=-1", given)
        assert (status, json.loads(body)["code"]) == (400, "partage.recherche_illisible")
        assert "offset" in json.loads(body)["remede"]


async def test_what_did_not_filter_a_search_is_told(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude, Accept=JSON)
    async with porte.client() as session, session.get(f"{BASE}/studies?InstitutionName=X", headers=given) as answer:
        assert answer.status == 200
        assert answer.headers["Warning"].startswith("299")


async def test_metadata_are_the_headers_in_utf_8_without_pixels_and_with_the_ins(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude), etude.series[0]
    instance = etude.instances[series][0]
    async with porte.client() as session:
        assert len(await rows(session, porte.url(etude) + "/metadata", given)) == 6
        assert len(await rows(session, porte.url(etude, series=series) + "/metadata", given)) == 3
        (row,) = await rows(session, porte.url(etude, series=series, instance=instance) + "/metadata", given)
    assert (value(row, "0020000D"), value(row, "00080018")) == (etude.study, instance)
    assert value(row, "00080005") == "ISO_IR 192"
    assert "7FE00010" not in row
    assert value(row, "00280010") == 128
    assert INS in {value(item, "00100020") for item in row["00101002"]["Value"]}
    assert value(row, "00081190").startswith(f"https://{DB}/dicom-web-rs/studies/")
    assert pydicom.Dataset.from_json(row).SOPInstanceUID == instance


async def test_json_comes_in_the_type_that_is_accepted_and_never_as_xml(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    wanted = {"application/json": "application/json", "*/*": JSON, "application/dicom+json;q=0.5, application/json;q=0": JSON}
    async with porte.client() as session:
        for accept, expected in wanted.items():
            status, kind, _ = await get(session, porte.url(etude) + "/metadata", given | {"Accept": accept})
            assert (status, kind) == (200, expected)
        for tail in ("/metadata", "/series"):
            xml = given | {"Accept": 'multipart/related; type="application/dicom+xml"'}
            status, _, body = await get(session, porte.url(etude) + tail, xml)
            assert (status, json.loads(body)["code"]) == (406, "partage.format_refuse")


async def test_a_frame_comes_without_its_header_in_the_syntax_accepted(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude), etude.series[0]
    instance = etude.instances[series][1]
    url = porte.url(etude, series=series, instance=instance) + "/frames/"
    expected = pydicom.dcmread(BytesIO(etude.datasets[instance]), force=True).PixelData
    async with porte.client() as session:
        for accept in ('type="application/octet-stream"; transfer-syntax=*', "type=application/octet-stream", 'type="*/*"'):
            status, kind, body = await get(session, url + "1", given | {"Accept": f"multipart/related; {accept}"})
            (frame,) = parts(kind, body)
            assert (status, frame.get_content_type(), frame.get_content()) == (200, "application/octet-stream", expected)
            assert frame["Content-Type"].params["transfer-syntax"] == "1.2.840.10008.1.2.1"
        for media, syntax, magic in (
            ("image/jls", "80", b"\xff\xd8\xff"),
            ("image/jpeg", "70", b"\xff\xd8\xff"),
            ("image/jp2; transfer-syntax=1.2.840.10008.1.2.4.91", "91", b"\xff\x4f\xff"),
            ("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80", "80", b"\xff\xd8\xff"),
        ):
            status, kind, body = await get(session, url + "1", given | {"Accept": f"multipart/related; type={media}"})
            (frame,) = parts(kind, body)
            wanted = media.partition(";")[0]
            assert (status, frame.get_content_type()) == (200, wanted)
            assert f'type="{wanted}"' in kind
            assert frame["Content-Type"].params["transfer-syntax"] == f"1.2.840.10008.1.2.4.{syntax}"
            assert frame.get_content()[:3] == magic
        absent = given | {"Accept": "multipart/related; type=application/octet-stream"}
        status, _, body = await get(session, url + "2", absent)
        assert (status, json.loads(body)["code"]) == (404, "partage.ressource_inconnue")


async def test_a_frame_asked_twice_is_refused(porte: Maille, etude: Etude) -> None:
    series = etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0]) + "/frames/1,1"
    async with porte.client() as session:
        status, _, body = await get(session, url, await headers(porte, etude, Accept="*/*"))
    assert (status, json.loads(body)["code"]) == (400, "partage.cadres_illisibles")


async def test_metadata_of_a_long_head_are_whole(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    series = etude.series[0]
    instance = etude.instances[series][0]
    given = pydicom.dcmread(BytesIO(etude.datasets[instance]), force=True)
    given.TextValue, given.CompletionFlag = "x" * (2 << 20), "COMPLETE"  # twice what is gathered of a head
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, given)
    pacs_that_gives(monkeypatch, ObjetDicom(given.SOPClassUID, instance, EXPLICIT, buffer.getvalue()))
    async with porte.client() as session:
        url = porte.url(etude, series=series, instance=instance) + "/metadata"
        (row,) = await rows(session, url, await headers(porte, etude))
    assert len(value(row, "0040A160")) == 2 << 20
    assert value(row, "0040A491") == "COMPLETE"
    assert value(row, "00280010") == 128
    assert "7FE00010" not in row


async def test_more_conversions_than_this_machine_holds_is_a_503_that_says_when_to_come_back(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_tenues: Tenues, _semaphore: object) -> None:
        raise TropDeConversions

    monkeypatch.setattr(Tenues, "wait", full)
    series = etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0])
    given = await headers(porte, etude, Accept="transfer-syntax=1.2.840.10008.1.2.4.80")
    async with porte.client() as session, session.get(url, headers=given) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert (await answer.json(content_type=None))["code"] == "partage.trop_de_conversions"


async def test_a_rendering_is_an_image_that_a_browser_shows(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude), etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0])
    async with porte.client() as session:
        for accept, kind in (("image/png", "PNG"), ("image/*", "JPEG"), ("image/png, image/jpeg;q=0.1", "PNG")):
            for tail in ("/rendered", "/frames/1/rendered"):
                status, media, body = await get(session, url + tail, given | {"Accept": accept})
                assert (status, media) == (200, f"image/{kind.lower()}")
                picture = Image.open(BytesIO(body))
                assert (picture.format, picture.size) == (kind, (128, 128))
        status, _, body = await get(session, url + "/rendered", given | {"Accept": "image/gif"})
    assert (status, json.loads(body)["code"]) == (406, "partage.format_refuse")


@pytest.mark.parametrize(
    "asked", ["window=40,400,linear", "viewport=64,64", "quality=10", "annotation=patient", "window=40,400&accept=image/png"]
)
async def test_a_parameter_that_a_rendering_did_not_use_is_told(porte: Maille, etude: Etude, asked: str) -> None:
    given, series = await headers(porte, etude, Accept="image/png"), etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0]) + "/rendered"
    async with porte.client() as session:
        async with session.get(f"{url}?{asked}", headers=given) as answer:
            assert (answer.status, answer.headers["Warning"].startswith("299 - ")) == (200, True)
            told = await answer.read()
        async with session.get(url, headers=given) as plain:
            assert "Warning" not in plain.headers
            assert await plain.read() == told


async def test_the_formats_of_the_address_take_the_place_of_those_of_the_header_which_must_be_there(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude, Accept="*/*"), etude.series[0]
    url = porte.url(etude, series=series, instance=etude.instances[series][0])
    wanted = {
        "/rendered?accept=image/png": "image/png",
        "/metadata?accept=application/dicom+json": "application/dicom+json",
        "/metadata?accept=application/dicom%2Bjson": "application/dicom+json",
        f"?accept=multipart/related;type=%22application/dicom%22;transfer-syntax={JPEG_LS}": f"transfer-syntax={JPEG_LS}",
    }
    async with porte.client() as session:
        for tail, kind in wanted.items():
            async with session.get(URL(url + tail, encoded=True), headers=given) as answer:
                assert (answer.status, kind in answer.headers["Content-Type"], "Warning" in answer.headers) == (200, True, False), tail
        status, _, body = await get(session, url + "/rendered?accept=image/gif", given)
        assert (status, json.loads(body)["code"]) == (406, "partage.format_refuse")
        async with session.get(url + "?accept=*/*", headers=_without_accept(given), skip_auto_headers=["Accept"]) as answer:
            assert (await answer.json(content_type=None))["code"] == "admission.accept_absent"
        async with session.get(f"{BASE}/studies?accept=application/json", headers=given) as answer:
            assert (answer.status, answer.content_type, "Warning" in answer.headers) == (200, "application/json", False)


def _without_accept(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name != "Accept"}
