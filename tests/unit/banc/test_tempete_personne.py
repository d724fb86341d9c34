# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whoever stands in front of the console of a storm does what it asks, once, and never takes a broken page for an empty one."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from lxml import html

from banc.demo.navigation import Page, PageInattendue
from banc.soak.tempete import personne
from banc.soak.tempete.dossiers import Dossiers
from banc.soak.tempete.personne import REFUSED, WAITING, Personne
from tests.e2e.traces import wait_until

NAV = "<nav><a href='/console/'>Console</a></nav>"


def table(**links: str) -> str:
    rows = "".join(f"<tr><th scope='row'><a href='/console/{path}'>{name}</a></th><td>…</td></tr>" for name, path in links.items())
    return f"<html>{NAV}<table><tbody>{rows}</tbody></table></html>"


def form(action: str) -> str:
    return f"<html>{NAV}<form method='post' action='/console/{action}'><button>…</button></form></html>"


class Console:
    """Pages, and the buttons that were pressed on them."""

    def __init__(self, **pages: str) -> None:
        self.pages = {REFUSED: table(), WAITING: table()} | pages
        self.pressed: list[str] = []
        self.logged_in, self.closed = 0, 0

    def log_in(self) -> Any:
        self.logged_in += 1
        return self

    def open(self, path: str) -> Page:
        return Page(f"https://test/console/{path}", html.document_fromstring(self.pages[path]))

    def press(self, page: Page, action: str) -> Page:
        self.pressed.append(str(page.forms(action)[0].action))
        return page

    def close(self) -> None:
        self.closed += 1


def test_a_refused_exam_gets_its_record_then_its_deposit_again_and_a_message_that_waits_is_read_again() -> None:
    console = Console(
        **{
            REFUSED: table(**{"1.2.3": "examens/a", "9.9": "examens/b"}),
            WAITING: table(numero="messages/m"),
            "examens/a": form("examens/a/reessayer"),
            "examens/b": f"<html>{NAV}</html>",  # it moved meanwhile
            "messages/m": form("messages/m/relire"),
        }
    )
    dossiers = Dossiers(["285", "286"])
    someone = Personne(console.log_in, dossiers, {"1.2.3": "285", "4.5.6": "286"})
    someone.look()
    someone.look()
    assert console.pressed == ["/console/examens/a/reessayer", "/console/messages/m/relire"] * 2
    assert ("285" in dossiers, "286" in dossiers) == (True, False)
    assert (someone.done["/reessayer"], someone.done["/relire"]) == (2, 2)
    assert console.logged_in == 1


@pytest.mark.parametrize(
    "page",
    ["<html><h1>502 Bad Gateway</h1></html>", f"<html>{NAV}<form><input type='password'></form></html>"],
    ids=["broken", "logged out"],
)
def test_a_page_that_is_not_the_console_is_no_empty_list(page: str) -> None:
    with pytest.raises(PageInattendue):
        Personne(Console(**{REFUSED: page}).log_in, Dossiers(), {}).look()


def test_a_console_that_breaks_is_left_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [aiohttp.ClientConnectionError(), PageInattendue()]

    class Breaking(Console):
        def open(self, path: str) -> Page:
            if errors:
                raise errors.pop()
            return super().open(path)

    breaking = Breaking(**{REFUSED: table(**{"1.2": "examens/a"}), "examens/a": form("examens/a/reessayer")})
    monkeypatch.setattr(personne, "EVERY_SECONDS", 0.001)
    someone = Personne(breaking.log_in, Dossiers(), {})
    someone.start()
    try:
        assert wait_until(lambda: bool(someone.done), 20)
    finally:
        someone.stop()
    assert breaking.logged_in == breaking.closed == 3
