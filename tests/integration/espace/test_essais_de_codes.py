# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Wrong codes, one after the other, when a second factor is taken."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator

from tests.espace_comptes import agent, browser_of, code_of
from tests.espace_env import Environment


def test_too_many_wrong_first_codes_are_told_as_such_and_not_as_a_wrong_clock(espace: Environment) -> None:
    browser = browser_of(agent(espace), strong=False)
    page = browser.get("/compte/second-facteur/").content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")  # type: ignore[index]  # it is there
    told = [browser.post("/compte/second-facteur/", {"code": "000000"}).content.decode() for _ in range(20)]
    assert "Vérifiez l&#x27;heure du téléphone" in told[0]
    assert "Attendez quelques minutes" in told[-1]
    assert "heure du téléphone" not in told[-1]
    late = browser.post("/compte/second-facteur/", {"code": code_of(secret)})
    assert (late.status_code, "Attendez quelques minutes" in late.content.decode()) == (400, True)
    assert not Authenticator.objects.exists()
