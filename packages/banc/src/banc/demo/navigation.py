# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A browser without a screen: cookies, redirections and forms, enough to do what a person does with the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from lxml import html

from confiance.errors import OwnError
from drimbox.socle.tls import client_context

MAX_PAGES = 12
Passage = Callable[[aiohttp.ClientSession, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person chooses in a form."""

    name: str
    content: bytes


class PageInattendue(OwnError):
    """A page is not the one that was expected."""

    code = "banc.page_inattendue"
    message = "Une page n'est pas celle qui était attendue."
    remede = "Ouvrez la page dans un navigateur, et lisez les journaux du dossier de travail."


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the browser has it."""

    url: str
    document: html.HtmlElement

    @property
    def text(self) -> str:
        """Its visible text, one blank between words."""
        return " ".join(self.document.text_content().split())

    @property
    def refreshes(self) -> bool:
        """Whether the page asks to be read again."""
        return bool(self.document.xpath("//meta[@http-equiv='refresh']"))

    def forms(self, action: str) -> list[html.FormElement]:
        """Return the forms whose action ends so."""
        return [form for form in self.document.forms if str(form.action or "").endswith(action)]


class Browser:
    """One person's browser.

    Args:
        trust: authority of the sites it opens (PEM).
        passages: start of an address → how a person gets through the page that is there.
    """

    def __init__(self, trust: Path, passages: Mapping[str, Passage] | None = None) -> None:
        self._runner = asyncio.Runner()
        self._passages = dict(passages or {})
        self._http = self._runner.run(self._open(trust))

    def close(self) -> None:
        """Forget everything."""
        self._runner.run(self._http.close())
        self._runner.close()

    def open(self, url: str) -> Page:
        """Open an address."""
        return self._runner.run(self._go("GET", url))

    def post(self, url: str, fields: Mapping[str, str]) -> Page:
        """Post a form that is on no page, as another program does when it calls."""
        return self._runner.run(self._go("POST", url, dict(fields)))

    def submit(self, page: Page, form: html.FormElement, **fields: str | File) -> Page:
        """Fill in a form of a page, choose its files, and press its button."""
        values: dict[str, str | File] = {**dict(form.form_values()), **fields}
        return self._runner.run(self._go("POST", urljoin(page.url, form.action or page.url), values, referer=page.url))

    async def _open(self, trust: Path) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=client_context(trust))
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def _go(self, method: str, url: str, data: Mapping[str, str | File] | None = None, referer: str = "") -> Page:
        for _ in range(MAX_PAGES):
            for start, passage in self._passages.items():
                if url.startswith(start):
                    url = await passage(self._http, url)
            headers = {"Referer": referer} if referer else {}
            async with self._http.request(method, url, data=_body(data), headers=headers, allow_redirects=False) as answer:
                content = await answer.read()
                if answer.status not in (301, 302, 303):
                    return Page(url, html.document_fromstring(content or b"<html/>"))
                url, method, data, referer = urljoin(url, answer.headers["Location"]), "GET", None, ""
        raise PageInattendue("Les pages se renvoient l'une à l'autre sans fin.")


def _body(data: Mapping[str, str | File] | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData()
    for name, value in data.items():
        if isinstance(value, File):
            form.add_field(name, value.content, filename=value.name, content_type="application/octet-stream")
        else:
            form.add_field(name, value)
    return form
