# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Certificate × list × token × KOS × study: every cell but the one where all is right is refused, with the code of its first fault.

The sentences are written here a second time, on purpose: they are what the operator of a peer reads. A certificate that no handshake lets
in (expired, of another PKI, none) crosses nothing: see ``test_matrice_des_routes`` and ``test_refus``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from multidict import CIMultiDict

from banc.pki import Pki
from drimbox.socle.annuaire import queries
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.horloges import Horloge, ancres, horloge_de_la_porte, horloge_du_psc, ouverte, revoked_token
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study, token
from tests.integration.drimbox.partage.requests import get, headers

__all__ = ["ancres", "horloge_de_la_porte", "horloge_du_psc", "ouverte"]

LISTS = ("in-list", "out-of-list", "expired", "absent")
TOKENS = ("good", "absent", "foreign", "repeated", "ended", "revoked")
KOS = ("good", "absent", "unknown", "withdrawn", "replaced", "not-deposited", "of-another-name", "moved")
STUDIES = ("of-the-kos", "another", "series-outside", "instance-outside", "not-a-uid")
CERTIFICATES = ("good", "revoked")
SENTENCES = {
    "admission.certificat_revoque": "Le certificat présenté est révoqué.",
    "admission.liste_perimee": "Cette DRIMbox ne dispose pas d'une Liste Blanche en vigueur.",
    "admission.certificat_hors_liste": "Le certificat présenté n'est pas dans la Liste Blanche en vigueur.",
    "partage.adresse_illisible": "L'adresse demandée contient un identifiant qui n'est pas un UID DICOM.",
    "admission.jeton_absent": "La demande ne porte pas de jeton Pro Santé Connect.",
    "admission.jeton_illisible": "L'en-tête Authorization est répété, ou n'est pas le mot Bearer suivi d'un jeton.",
    "admission.jeton_inactif": "Pro Santé Connect ne reconnaît pas ce jeton, ou il n'est plus actif.",
    "admission.kos_absent": "L'en-tête KOS-SOPInstanceUID est absent, répété ou illisible.",
    "admission.kos_inconnu": "Aucun KOS en service ne correspond à cette demande.",
    "admission.kos_retire": "Ce KOS a été retiré : son examen n'est plus publié.",
    "admission.kos_remplace": "Ce KOS a été remplacé par un KOS plus récent.",
    "partage.autre_patient": (
        "Dans le PACS de la source, cet examen n'est plus celui du patient que nomme le KOS ; rien n'en est transmis."
    ),
    "partage.ressource_inconnue": "La ressource demandée n'existe pas ou n'est plus dans le PACS.",
}


def expected(certificate: str, place: str, token: str, kos: str, study: str) -> tuple[int, str]:
    """The first fault, in the order of the checks."""
    faults: Iterator[tuple[bool, int, str]] = iter(
        (
            (certificate == "revoked", 403, "admission.certificat_revoque"),
            (place in {"expired", "absent"}, 503, "admission.liste_perimee"),
            (place == "out-of-list", 403, "admission.certificat_hors_liste"),
            (study == "not-a-uid", 400, "partage.adresse_illisible"),
            (token == "absent", 401, "admission.jeton_absent"),
            (token == "repeated", 401, "admission.jeton_illisible"),
            (token in {"foreign", "ended", "revoked"}, 401, "admission.jeton_inactif"),
            (kos == "absent", 400, "admission.kos_absent"),
            (kos == "unknown", 404, "admission.kos_inconnu"),
            (study == "another", 404, "admission.kos_inconnu"),
            (kos in {"not-deposited", "of-another-name"}, 404, "admission.kos_inconnu"),
            (kos == "withdrawn", 404, "admission.kos_retire"),
            (kos == "replaced", 404, "admission.kos_remplace"),
            (kos == "moved", 502, "partage.autre_patient"),
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
        "moved": {},
    }
    found = {name: make_study(maille.folder / "pacs", series=1, instances=1) for name in states}
    for name, options in states.items():
        maille.add_kos(found[name], **options)  # type: ignore[arg-type]  # texts
    maille.environment.sql(f"UPDATE pointeur_examen SET state = 'patient_change' WHERE study_instance_uid = '{found['moved'].study}'")
    maille.pacs.index.scan()
    return found


def spoil_list(maille: Maille, place: str, horloge: Horloge) -> None:
    if place == "out-of-list":
        publish_without_peer(maille)
    if place == "expired":
        horloge.ahead = timedelta(days=8)
    if place == "absent":
        maille.environment.sql("DELETE FROM annuaire_liste_en_vigueur")
        queries.forget()


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize("certificate", CERTIFICATES)
async def test_every_cell_has_its_code_and_its_sentence_and_none_is_served(
    ancres: Pki, horloge_de_la_porte: Horloge, horloge_du_psc: Horloge, ouverte: Maille, certificate: str, place: str
) -> None:
    del ancres  # whose CRLs outlive the list
    exams = await asyncio.to_thread(register, ouverte)
    identity = ouverte.pki.revoked.serv_ssl if certificate == "revoked" else ouverte.pki.serv_ssl(DB2)
    good = await headers(ouverte, exams["good"])
    tokens = {"foreign": "of-nobody", "ended": await token(ouverte.settings), "revoked": await revoked_token(ouverte)}
    await asyncio.to_thread(spoil_list, ouverte, place, horloge_de_la_porte)
    pages = list[str]()
    async with ouverte.client(identity) as session:
        for jeton, kos, study in product(TOKENS, KOS, STUDIES):
            etude = exams.get(kos, exams["good"])
            horloge_du_psc.ahead = timedelta(hours=5 if jeton == "ended" else 0)
            answer = await get(session, url_of(ouverte, etude, study), given_for(good, etude, jeton, kos, tokens))
            status, code = expected(certificate, place, jeton, kos, study)
            assert answer[0] == status, (jeton, kos, study, answer)
            if status != 200:
                problem = json.loads(answer[2])
                assert (problem["code"], problem["detail"]) == (code, SENTENCES[code]), (jeton, kos, study)
                pages.append(problem.get("pourquoi", ""))
                assert (pages[-1].endswith(problem["trace"] if pages[-1] else ""), problem["remede"] != "") == (True, True)
    assert pages[0]  # those beyond a number of one minute are in the logs alone, and have no page


def given_for(good: dict[str, str], etude: Etude, jeton: str, kos: str, tokens: dict[str, str]) -> CIMultiDict[str]:
    given = CIMultiDict(good)
    if jeton == "absent":
        del given["Authorization"]
    if jeton == "repeated":
        given.add("Authorization", good["Authorization"])
    if jeton in tokens:
        given["Authorization"] = "Bearer " + tokens[jeton]
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
