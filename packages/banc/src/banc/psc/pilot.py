# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Log in without a browser: opens the page of the provider and posts its form, as a person would."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp


class LoginFailedError(Exception):
    """The provider did not send the browser back; holds the status of its answer."""


class _Form(HTMLParser):
    """The one form of the page: its action and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values.get("action", "")
        elif tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values.get("value", "")


async def login(http: aiohttp.ClientSession, url: str, professionnel: str, *, action: str = "connecter") -> str:
    """Go through the login page.

    Args:
        http: session that trusts the provider.
        url: address of the authorization request.
        professionnel: national identifier of a test professional.
        action: ``connecter`` or ``refuser``.

    Returns:
        The return address, with its query: what the browser would open next.

    Raises:
        LoginFailedError: the request or the form is refused with a page.
    """
    async with http.get(url, allow_redirects=False) as page:
        if page.status == 302:
            return page.headers["Location"]
        if page.status != 200:
            raise LoginFailedError(page.status)
        form = _Form()
        form.feed(await page.text())
    fields = {**form.fields, "professionnel": professionnel, "action": action}
    async with http.post(urljoin(url, form.action), data=fields, allow_redirects=False) as answer:
        if answer.status != 302:
            raise LoginFailedError(answer.status)
        return answer.headers["Location"]
