# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door as OHIF sees it, in a real browser, behind a consommatrice that carries the certificate and the token."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import aiohttp
import numpy as np
import pydicom
import pytest
from aiohttp import web
from PIL import Image
from pydicom.data import get_testdata_file

from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import Etude, Maille, token
from tests.peers import CACHE

DIST = CACHE / "ohif" / "node_modules" / "@ohif" / "app" / "dist"
CARRIED = ("Content-Type", "Content-Length")
BROWSER = ("--no-sandbox", "--disable-gpu", "--proxy-server=direct://", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")


class Consommatrice:
    """What a hospital that reads gives to its doctors: the viewer, and the door of the source behind its own certificate."""

    def __init__(self, session: aiohttp.ClientSession, given: dict[str, str]) -> None:
        self.session, self.given = session, given
        self.answers: list[tuple[int, str, str]] = []

    async def door(self, request: web.Request) -> web.StreamResponse:
        headers = self.given | {"Accept": request.headers.get("Accept", "*/*")}
        async with self.session.get(f"https://{DB}{request.path_qs}", headers=headers) as answer:
            self.answers.append((answer.status, request.path, headers["Accept"]))
            carried = {name: answer.headers[name] for name in CARRIED if name in answer.headers}
            response = web.StreamResponse(status=answer.status, headers=carried)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    async def page(self, request: web.Request) -> web.StreamResponse:
        path = (DIST / request.match_info["path"]).resolve()
        found = path if path.is_file() and path.is_relative_to(DIST.resolve()) else DIST / "index.html"
        return web.FileResponse(found, headers=_ISOLATED)

    async def configuration(self, _request: web.Request) -> web.Response:
        return web.Response(text=f"window.config = {json.dumps(_CONFIGURATION)};", content_type="text/javascript", headers=_ISOLATED)


_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
_CONFIGURATION: dict[str, Any] = {
    "routerBasename": "/",
    "extensions": [],
    "modes": [],
    "customizationService": {},
    "showStudyList": True,
    "useCPURendering": True,
    "disableTours": True,
    "investigationalUseDialog": {"option": "never"},
    "maxNumberOfWebWorkers": 1,
    "defaultDataSourceName": "source",
    "dataSources": [
        {
            "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
            "sourceName": "source",
            "configuration": {
                "friendlyName": "DRIMbox source",
                "name": "source",
                "qidoRoot": "/dicom-web-rs",
                "wadoRoot": "/dicom-web-rs",
                "wadoUriRoot": "/dicom-web-rs",
                "qidoSupportsIncludeField": True,
                "imageRendering": "wadors",
                "thumbnailRendering": "wadors",
                "enableStudyLazyLoad": True,
                "supportsFuzzyMatching": False,
                "supportsWildcard": True,
            },
        }
    ],
}


@asynccontextmanager
async def consommatrice(porte: Maille, etude: Etude) -> AsyncIterator[tuple[Consommatrice, str]]:
    given = {"Authorization": "Bearer " + await token(porte.settings), "KOS-SOPInstanceUID": etude.kos}
    async with porte.client() as session:
        served = Consommatrice(session, given)
        app = web.Application()
        app.router.add_get("/app-config.js", served.configuration)
        app.router.add_get("/dicom-web-rs/{path:.*}", served.door)
        app.router.add_get("/{path:.*}", served.page)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield served, f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@pytest.mark.peer("chromium")
@pytest.mark.peer("ohif")
async def test_ohif_finds_the_exam_of_the_kos_and_draws_its_pixels(porte: Maille, etude: Etude) -> None:
    from playwright.async_api import async_playwright

    async with consommatrice(porte, etude) as (served, base), async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=list(BROWSER))
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(f"{base}/viewer?StudyInstanceUIDs={etude.study}")
        await page.wait_for_function(_DRAWN, timeout=150_000)
        drawn = await page.evaluate(_CANVAS)
        told = await page.inner_text("body")
        await browser.close()
    assert "Scanner du crâne" in told
    assert _likeness(base64.b64decode(drawn.partition(",")[2])) > 0.95
    frames = [answer for answer in served.answers if answer[1].endswith("/frames/1")]
    assert len(frames) >= 3
    assert {status for status, _, _ in served.answers} == {200}


# the viewport holds a canvas with more than a few greys: the image is there, not only its frame
_CANVAS = "() => document.querySelector('canvas.cornerstone-canvas').toDataURL('image/png')"
_DRAWN = """() => {
    const canvas = document.querySelector('canvas.cornerstone-canvas');
    if (!canvas || !canvas.width) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const greys = new Set();
    for (let i = 0; i < pixels.length; i += 4) greys.add(pixels[i]);
    return greys.size > 64;
}"""


def _likeness(canvas: bytes) -> float:
    """Return the correlation of what the browser shows with the pixels of the file, both 64 × 64."""
    image = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    shown = Image.open(BytesIO(canvas)).convert("L")
    side = min(shown.size)
    left, top = (shown.width - side) // 2, (shown.height - side) // 2
    seen = np.asarray(shown.crop((left, top, left + side, top + side)).resize((64, 64)), dtype=float)
    low, high = np.percentile(image.pixel_array, (1, 99))
    grey = np.clip((image.pixel_array - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    kept = np.asarray(Image.fromarray(grey).resize((64, 64)), dtype=float)
    return float(np.corrcoef(seen.ravel(), kept.ravel())[0, 1])
