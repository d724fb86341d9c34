# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What OPTIONS says at the door: the official description and more, and nothing that the door does not do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers

NS = {"w": "http://wadl.dev.java.net/2009/02"}
STORED_ONLY = {"image/jp2", "image/dicom-rle"}  # frames leave in these when they are stored so: nothing makes them
ABSENT = {"Situation"}  # no text describes this header of the sample: nothing is asked under that name


async def described(maille: Maille, etude: Etude) -> Any:
    async with maille.client() as session, session.options(maille.url(etude)) as answer:
        assert answer.status == 200
        return etree.fromstring(await answer.read())


def values(nodes: Any, *names: str) -> set[tuple[str, ...]]:
    return {tuple(str(node.get(name, "")).replace('"', "") for name in names) for node in nodes}


@pytest.mark.donnees
async def test_the_door_describes_all_that_the_official_description_does(porte: Maille, etude: Etude, shared_data: Path) -> None:
    ours, published = await described(porte, etude), etree.parse(shared_data / "wado" / "wadlconfig.wadl").getroot()
    assert ours.tag == published.tag
    resources = published.xpath("//w:resource", namespaces=NS)
    assert len(resources) == 1
    for theirs in resources:
        path = theirs.get("path").removeprefix("api/source/")
        (mine,) = ours.xpath(f"//w:resource[@path='{path}']", namespaces=NS)
        for where, names in (
            ("w:param", ("name", "style", "required")),
            ("w:method", ("name",)),
            ("w:method/w:response[@status='200']/w:representation", ("mediaType",)),
        ):
            asked = values(theirs.xpath(where, namespaces=NS), *names)
            assert asked
            assert asked <= values(mine.xpath(where, namespaces=NS), *names), where
        header = "w:method/w:request/w:param[@style='header'][@required='true']"
        asked = {name for (name,) in values(theirs.xpath(header, namespaces=NS), "name")}
        assert asked - {name for (name,) in values(mine.xpath(header, namespaces=NS), "name")} == ABSENT


async def test_each_address_described_answers_with_a_form_described(porte: Maille, etude: Etude) -> None:
    root, series = await described(porte, etude), etude.series[0]
    known = {"{studyUID}": etude.study, "{seriesUID}": series, "{instanceUID}": etude.instances[series][0], "{frames}": "1"}
    (base,) = root.xpath("w:resources/@base", namespaces=NS)
    assert base == f"https://{DB}/dicom-web-rs/"
    resources, proofs = root.xpath("//w:resource", namespaces=NS), await headers(porte, etude)
    assert len(resources) >= 15
    async with porte.client() as session:
        for resource in resources:
            url = base + resource.get("path")
            for name, uid in known.items():
                url = url.replace(name, uid)
            for media in resource.xpath("w:method/w:response[@status='200']/w:representation/@mediaType", namespaces=NS):
                status, kind, body = await get(session, url, proofs | {"Accept": str(media)})
                if not STORED_ONLY.isdisjoint(media.split('"')):
                    assert (status, json.loads(body)["code"]) == (406, "partage.syntaxe_refusee")
                    continue
                wanted = [part.strip().replace('"', "") for part in media.split(";")]
                assert (status, body != b"") == (200, True), (url, media)
                assert set(wanted) <= {part.strip().replace('"', "") for part in kind.split(";")}, (url, media)
