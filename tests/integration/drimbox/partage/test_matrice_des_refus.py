# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Certificate × list × token × KOS × study: every cell but the one where all is right is refused, with the code of its first fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import product

import pytest

from drimbox.source.admission.errors import refusals
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers

IN_LIST, OUT_OF_LIST = "in-list", "out-of-list"
TOKENS = ("good", "absent", "foreign")
KOS = ("good", "absent", "unknown", "withdrawn", "replaced", "not-deposited", "of-another-name")
STUDIES = ("of-the-kos", "another", "series-outside", "instance-outside", "not-a-uid")
CERTIFICATES = ("good", "revoked")


def expected(certificate: str, place: str, token: str, kos: str, study: str) -> tuple[int, str]:
    """The first fault, in the order of the checks."""
    faults: Iterator[tuple[bool, int, str]] = iter(
        (
            (certificate == "revoked", 403, "admission.certificat_revoque"),
            (place == OUT_OF_LIST, 403, "admission.certificat_hors_liste"),
            (study == "not-a-uid", 400, "partage.adresse_illisible"),
            (token == "absent", 401, "admission.jeton_absent"),
            (token == "foreign", 401, "admission.jeton_inactif"),
            (kos == "absent", 400, "admission.kos_absent"),
            (kos == "unknown", 404, "admission.kos_inconnu"),
            (study == "another", 404, "admission.kos_inconnu"),
            (kos in {"not-deposited", "of-another-name"}, 404, "admission.kos_inconnu"),
            (kos == "withdrawn", 404, "admission.kos_retire"),
            (kos == "replaced", 404, "admission.kos_remplace"),
            (study in {"series-outside", "instance-outside"}, 404, "partage.ressource_inconnue"),
        )
    )
    return next(((status, code) for wrong, status, code in faults if wrong), (200, ""))


def register(maille: Maille) -> dict[str, Etude]:
    """One exam per state of a KOS."""
    states = {
        "good": {},
        "withdrawn": {"state": "retire"},
        "replaced": {"state": "remplace"},
        "not-deposited": {"envoi": None},
        "of-another-name": {"db": DB2},
    }
    found = {name: make_study(maille.folder / "pacs", series=1, instances=1) for name in states}
    for name, options in states.items():
        maille.add_kos(found[name], **options)  # type: ignore[arg-type]  # texts
    maille.pacs.index.scan()
    return found


@pytest.mark.parametrize("place", [IN_LIST, OUT_OF_LIST])
@pytest.mark.parametrize("certificate", CERTIFICATES)
async def test_every_cell_has_its_code_and_its_sentence_and_none_is_served(porte: Maille, certificate: str, place: str) -> None:
    exams = await asyncio.to_thread(register, porte)
    identity = porte.pki.revoked.serv_ssl if certificate == "revoked" else porte.pki.serv_ssl(DB2)
    if place == OUT_OF_LIST:
        await asyncio.to_thread(publish_without_peer, porte)
    good = await headers(porte, exams["good"])
    sentences, pages = dict[str, str](), list[str]()
    async with porte.client(identity) as session:
        for token, kos, study in product(TOKENS, KOS, STUDIES):
            etude = exams.get(kos, exams["good"])
            answer = await get(session, url_of(porte, etude, study), given_for(good, etude, token, kos))
            status, code = expected(certificate, place, token, kos, study)
            assert answer[0] == status, (token, kos, study, answer)
            if status != 200:
                problem = json.loads(answer[2])
                assert problem["code"] == code, (token, kos, study)
                sentences[code] = problem["detail"]
                pages.append(problem.get("pourquoi", ""))
                assert (pages[-1].endswith(problem["trace"] if pages[-1] else ""), problem["remede"] != "") == (True, True)
    assert pages[0]  # those beyond a number of one minute are in the logs alone, and have no page
    assert sentences == {refus.code: refus.message for refus in refusals() if refus.code in sentences}


def given_for(good: dict[str, str], etude: Etude, token: str, kos: str) -> dict[str, str]:
    given = dict(good)
    if token == "absent":
        del given["Authorization"]
    if token == "foreign":
        given["Authorization"] = "Bearer of-nobody"
    given["KOS-SOPInstanceUID"] = "1.2.3.4" if kos == "unknown" else etude.kos
    if kos == "absent":
        del given["KOS-SOPInstanceUID"]
    return given


def url_of(maille: Maille, etude: Etude, study: str) -> str:
    series = etude.series[0]
    if study == "another":
        return maille.url(etude).replace(etude.study, "1.2.3.4.5")
    if study == "not-a-uid":
        return maille.url(etude).replace(etude.study, "01.2")
    if study == "series-outside":
        return maille.url(etude, series="1.2.3.4.5")
    return maille.url(etude, series=series, instance="1.2.3.4.5" if study == "instance-outside" else etude.instances[series][0])


def publish_without_peer(maille: Maille) -> None:
    from datetime import UTC, datetime, timedelta

    with maille.environment.role("ouvrier"):
        maille.publish(DB, at=datetime.now(UTC) + timedelta(seconds=1))
