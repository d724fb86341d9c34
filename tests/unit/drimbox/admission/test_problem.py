# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Refusals as problem documents."""

from __future__ import annotations

import json

from drimbox.source.admission import errors, problem


def refusals() -> list[type[errors.Refus]]:
    return errors.Refus.__subclasses__()


def test_every_refusal_has_its_own_code_a_sentence_and_a_cure() -> None:
    assert len({refus.code for refus in refusals()}) == len(refusals())
    assert all(refus.message.endswith(".") and refus.remede.endswith(".") and refus.title for refus in refusals())


def test_a_problem_document_tells_code_cure_and_trace() -> None:
    values = json.loads(problem.body(errors.KosInconnu(), "abc"))
    assert values["status"] == 404
    assert values["code"] == "admission.kos_inconnu"
    assert values["trace"] == "abc"
    assert set(values) == {"type", "title", "status", "code", "detail", "remede", "trace"}


def test_what_can_be_tried_again_says_when() -> None:
    assert all(refus.retry_after for refus in refusals() if refus.status == 503)
