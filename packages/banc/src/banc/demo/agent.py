# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A person in front of a console: the administrateur's, or that of a DRIMbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lxml import html

from banc.demo.configuration import ACCOUNT
from banc.demo.navigation import Browser, File, Page, PageInattendue
from banc.demo.totp import codes
from confiance.exploitation.settings import read_secret


@dataclass(frozen=True, slots=True)
class Releve:
    """The last pull of the list, as the console of a DRIMbox shows it; empty texts when there is none."""

    code: str
    trace: str
    text: str


def read_releve(page: Page) -> Releve:
    """Read the last pull on the first page of the console of a DRIMbox."""
    for line in page.document.xpath("//p[starts-with(normalize-space(.), 'Dernier relevé')]"):
        codes = [str(code) for code in line.xpath(".//code/text()")]
        return Releve("".join(codes[:-1]), codes[-1], " ".join(line.text_content().split()))
    return Releve("", "", "")


class Agent:
    """Someone logged in to a console.

    Args:
        console: address of the console, with its final slash.
        password: file of the password of the account of the demo.
        trust: authority of the console's certificate (PEM).
        totp: file of the secret of its second factor, for a console that asks for one.
    """

    def __init__(self, console: str, password: Path, trust: Path, totp: Path | None = None) -> None:
        self._browser = Browser(trust)
        self._console = console
        try:
            self._log_in(password, totp)
        except BaseException:
            self._browser.close()
            raise

    def _log_in(self, password: Path, totp: Path | None) -> None:
        console = self._console
        page = self._browser.open(console)
        forms = [form for form in page.document.forms if "password" in form.fields]
        if not forms:
            raise PageInattendue(f"La console {console} ne demande pas de mot de passe.")
        page = self._browser.submit(page, forms[0], username=ACCOUNT, password=read_secret(password).reveal())
        if any("password" in form.fields for form in page.document.forms):
            raise PageInattendue(f"La console {console} refuse le compte « {ACCOUNT} ».")
        if totp is not None:
            self._second_factor(page, read_secret(totp).reveal())

    def close(self) -> None:
        """Leave."""
        self._browser.close()

    def _second_factor(self, page: Page, secret: str) -> None:
        for code in codes(secret):
            forms = [form for form in page.document.forms if "code" in form.fields]
            if not forms:
                return
            page = self._browser.submit(page, forms[0], code=code)
        if any("code" in form.fields for form in page.document.forms):
            raise PageInattendue(f"La console {self._console} refuse le second facteur du compte « {ACCOUNT} ».")

    def open(self, path: str) -> Page:
        """Open a page of the console."""
        return self._browser.open(self._console + path)

    def press(self, page: Page, action: str, **fields: str | File) -> Page:
        """Press the button of the form of a page whose action ends so (empty: a form that posts to its own page)."""
        return press(self._browser, page, action, **fields)


def press(browser: Browser, page: Page, action: str, **fields: str | File) -> Page:
    """Press a button in a browser, as :meth:`Agent.press` does.

    Raises:
        PageInattendue: the page has no such form.
    """
    forms = [form for form in page.document.forms if form.method == "POST" and _goes_to(form, action)]
    if not forms:
        raise PageInattendue(f"La page {page.url} n'a pas le bouton attendu : {page.text[:300]}")
    return browser.submit(page, forms[0], **fields)


def _goes_to(form: html.FormElement, action: str) -> bool:
    return str(form.action).endswith(action) if action else not form.action
