# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A record of the DMP that is larger than one search, as the professional sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from banc.dmp.server import Served
from tests.integration.drimbox.conso.dossier import make_kos
from tests.integration.drimbox.conso.test_parcours import Browser, call, deposit, dmp, log_in
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study

__all__ = ["dmp"]


async def test_a_record_larger_than_one_search_says_so_and_the_next_search_goes_on(
    maille_b: Maille, dmp: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    for name in ("x", "y", "z"):
        study = make_study(maille_b.folder / name)
        await deposit(maille_b, study, make_kos(study))
    conso = maille_b.settings.conso.model_copy(update={"max_kos": 2})
    monkeypatch.setattr(settings, "DRIMBOX", maille_b.settings.model_copy(update={"conso": conso}))
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    html = page.content.decode()
    assert (html.count("/importer"), html.count("Pas encore demandé"), html.count("<tr>")) == (2, 1, 4)
    assert "1 examen plus ancien n'a pas encore été demandé au DMP" in html
    assert [row[1] for row in await asyncio.to_thread(maille_b.journal, "recherche:dmp:partial")] == ["recherche_dmp.non_demande"]
    html = (await browser.get((await browser.submit(page, "/rechercher"))["Location"])).content.decode()
    assert (html.count("/importer"), html.count("Pas encore demandé"), "pas encore été demandé" in html) == (3, 0, False)
    assert not await asyncio.to_thread(maille_b.journal, "recherche:kos:refused")


async def test_a_registry_that_answers_too_many_results_is_searched_by_periods(
    maille_b: Maille, etude: Etude, dmp: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from banc.dmp import queries
    from banc.dmp.refusals import RegistryFailure

    await deposit(maille_b, etude, make_kos(etude))
    asked: list[bool] = []
    answer = queries.run

    def refuse_without_period(query: Any, *args: Any) -> Any:
        asked.append(has_period := "$XDSDocumentEntryCreationTimeFrom" in query.slots or "$XDSDocumentEntryCreationTimeTo" in query.slots)
        if not has_period:
            raise RegistryFailure("XDSTooManyResults", "Trop de résultats.")
        return answer(query, *args)

    monkeypatch.setattr(queries, "run", refuse_without_period)
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    html = (await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])).content.decode()
    assert html.count("/importer") == 1
    assert asked == [False, True, True]
