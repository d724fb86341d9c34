# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The forms of a message through the door: kept and acknowledged, or refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_report
from drimbox.source.reception.actions import receive
from tests.conformance.drimbox.reception.formes import FORMES, make_form, make_pair
from tests.integration.drimbox.reception.test_messages_reels import fields

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["ORU", "MDM"])
def test_every_form_of_the_volets_is_kept(kind: str, drimbox: Any):
    sent = {make_form(volet, kind, "initial") for volet in FORMES}
    with drimbox.role("reception"):
        answers = [fields(receive(data, peer="127.0.0.1", now=NOW))[0] for data in sent]
    assert set(answers) == {"AA"}
    assert drimbox.sql("SELECT state, count(*) FROM reception_message GROUP BY state") == [("recu", len(sent))]


def test_two_documents_that_are_two_reports_are_refused_with_the_reason(drimbox: Any):
    other = make_report(IDENTITE.with_examens(ExamenJeu.numbered(2)))
    with drimbox.role("reception"):
        kind, err = fields(receive(make_pair(other), peer="127.0.0.1", now=NOW))
    assert (kind, err[7].split(" ")[0]) == ("AE", "compte_rendu.documents_discordants")
    assert "deux comptes rendus" in err[8]
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(0,)]
