# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of a professional through the pages: call of the RIS, login, exams of the record, import."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
import psycopg
import pytest

from banc.dmp.config import DmpConfig
from banc.dmp.server import Served, served
from banc.pacs.simulator import PacsSimulator
from banc.psc.pilot import login
from drimbox.conso.recherche_dmp.fetch import Document
from drimbox.socle import tls
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.model import KosADeposer
from drimbox.socle.personnes import Code, Identifiant, Patient, Professionnel, Structure, TraitsPatient
from tests.drimbox_env import VI
from tests.integration.drimbox.conso.dossier import FORM, INS, OID_INS, make_kos
from tests.integration.drimbox.partage.maille import PROFESSIONNEL, Etude, Maille, make_study

T = TypeVar("T")
PATIENT = Patient(
    Identifiant(INS, OID_INS),
    Identifiant("IPP1", "1.2.250.1.999"),
    TraitsPatient("PAT-TROIS", "DOMINIQUE", "DOMINIQUE", "19790328", "F", lieu_naissance="75056"),
)


def deposit_of(etude: Etude, contenu: bytes) -> KosADeposer:
    now = datetime.now(UTC)
    specialty = Code("SM44", "1.2.250.1.71.4.2.5", "Radiologie")
    physician = Professionnel(
        "899700000012", "RADIOLOGUE", "CAMILLE", profession=Code("10", "1.2.250.1.71.1.2.7", "Médecin"), savoir_faire=specialty
    )
    return KosADeposer(
        contenu=contenu,
        sop_instance_uid=etude.kos,
        study_instance_uid=etude.study,
        created_at=now,
        patient=PATIENT,
        structure=Structure("300000000300019", "CENTRE D'IMAGERIE A"),
        auteur=physician,
        authentificateur=physician,
        cadre_exercice=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
        secteur_activite=Code("SA08", "1.2.250.1.71.4.2.4", "Cabinet"),
        acte=Code("24727-0", "2.16.840.1.113883.6.1", "CT Head W contrast IV"),
        modalites=(Code("CT", "1.2.840.10008.2.16.4", "Scanner"),),
        regions=(Code("774007", "2.16.840.1.113883.6.96", "tête et cou"),),
        accession=Identifiant("ACN1", "1.2.250.1.999.2"),
        order=Identifiant("ORD1", "1.2.250.1.999.3"),
        debut=now,
        fin=now,
    )


class Browser:
    """A browser of the test: Django's client, its cookies, under the role of the pages."""

    def __init__(self, maille: Maille, *, address: str = "127.0.0.1") -> None:
        from django.test import Client

        self._maille = maille
        self._client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address, HTTP_HOST=VI)

    async def _run(self, call: Callable[[], T]) -> T:
        def under_role() -> T:
            with self._maille.environment.role("pages"):
                return call()

        return await asyncio.to_thread(under_role)

    async def get(self, path: str) -> Any:
        return await self._run(lambda: self._client.get(path, secure=True))

    async def post(self, path: str, **fields: str) -> Any:
        headers = {"HTTP_REFERER": f"https://{VI}/"}
        return await self._run(lambda: self._client.post(path, fields, secure=True, **headers))

    async def submit(self, page: Any, action: str, **fields: str) -> Any:
        """Post the form of a page whose action ends so."""
        html = page.content.decode()
        target = next(found for found in re.findall(r'action="([^"]+)"', html) if found.endswith(action))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        assert token
        return await self.post(target, csrfmiddlewaretoken=token[1], **fields)


@pytest.fixture
async def dmp(maille_b: Maille, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """The DMP of the mesh, known to the settings."""
    from django.conf import settings

    config = DmpConfig(maille_b.folder / "dmp", maille_b.pki.anchors_dir)
    async with served(config, maille_b.pki.market("dmp.banc.test")) as running:
        table = maille_b.settings.dmp.model_copy(update={"base_url": running.base_url})
        pages = maille_b.settings.pages.model_copy(update={"public_url": f"https://{VI}"})
        maille_b.settings = maille_b.settings.model_copy(update={"dmp": table, "pages": pages})
        monkeypatch.setattr(settings, "DRIMBOX", maille_b.settings)
        yield running


async def deposit(maille: Maille, etude: Etude, contenu: bytes) -> None:
    async with DmpClient(maille.settings.dmp) as client:
        await client.send(client.build_deposit(deposit_of(etude, contenu)))


async def call(browser: Browser, **changes: str) -> Any:
    return await browser.post("/conso/appel", **(FORM | changes))


async def log_in(maille: Maille, browser: Browser, location: str, *, who: str = PROFESSIONNEL) -> Any:
    """Follow the redirections of a page up to Pro Santé Connect and back; return the last page."""
    answer = await browser.get(location)
    trust = tls.client_context(maille.settings.psc.trust)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
        while answer.status_code in {301, 302, 303}:
            location = answer["Location"]
            if location.startswith(maille.settings.psc.issuer.split("/auth/")[0]):
                location = await login(http, location, who)
            answer = await browser.get(location)
    return answer


async def test_a_call_leads_to_the_exams_of_the_record_and_to_their_images(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, dmp: Served
) -> None:
    from drimbox.conso.rapatriement.conduite import conduct
    from drimbox.conso.rapatriement.models import Rapatriement

    await deposit(maille_b, etude, make_kos(etude))
    browser = Browser(maille_b)
    answer = await call(browser)
    assert answer.status_code == 303
    page = await log_in(maille_b, browser, answer["Location"])
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    html = page.content.decode()
    assert "SCANNER CRANE" in html
    assert "Dans la Liste Blanche" in html
    answer = await browser.submit(page, "/importer")
    waiting = (await browser.get(answer["Location"])).content.decode()
    assert 'http-equiv="refresh"' in waiting

    def work() -> None:
        with maille_b.environment.role("ouvrier"):
            conduct(maille_b.settings, Rapatriement.objects.values_list("pk", flat=True).get())

    await asyncio.to_thread(work)
    done = (await browser.get(answer["Location"])).content.decode()
    assert "Toutes les images de l'examen sont dans le PACS" in done
    assert 'http-equiv="refresh"' not in done
    assert len(pacs_b.index.entries()) == 6


async def test_the_address_of_a_call_holds_nothing_of_the_patient_and_opens_once(maille_b: Maille, dmp: Served) -> None:
    location = (await call(Browser(maille_b)))["Location"]
    assert not [value for value in FORM.values() if value in location and len(value) > 3]
    first, second = Browser(maille_b), Browser(maille_b)
    assert (await first.get(location)).status_code == 302
    assert (await second.get(location)).status_code == 404
    assert (await first.get(location)).status_code == 404


async def test_another_browser_that_learns_the_number_of_a_call_sees_nothing(maille_b: Maille, dmp: Served) -> None:
    location = (await call(Browser(maille_b)))["Location"]
    browser, other = Browser(maille_b), Browser(maille_b)
    await log_in(maille_b, browser, location)
    mine = (await call(Browser(maille_b)))["Location"]
    await log_in(maille_b, other, mine)
    clean = location.partition("?")[0]
    assert (await browser.get(clean)).status_code == 200
    page = await other.get(clean)
    assert page.status_code == 404
    assert "PAT-TROIS" not in page.content.decode()


async def test_another_professional_in_the_same_browser_does_not_inherit_the_call(maille_b: Maille, dmp: Served) -> None:
    location = (await call(Browser(maille_b)))["Location"]
    browser = Browser(maille_b)
    await log_in(maille_b, browser, location)
    clean = location.partition("?")[0]
    # the second one logs in over the first, in the very session that opened the call
    answer = await browser.get("/psc/connexion?dossier=" + clean.rsplit("/", 1)[1])
    trust = tls.client_context(maille_b.settings.psc.trust)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
        back = await login(http, answer["Location"], "899700000020")
    page = await browser.get((await browser.get(back))["Location"])
    assert page.status_code == 404
    assert "PAT-TROIS" not in page.content.decode()


async def test_two_calls_for_two_patients_never_mix(maille_b: Maille, dmp: Served) -> None:
    names = ("PAT-TROIS", "PAT-QUATRE")
    browsers = [Browser(maille_b) for _ in names]
    answers = [await call(Browser(maille_b), **{"Patient.name.family": name}) for name in names]
    pages = [await log_in(maille_b, b, answer["Location"]) for b, answer in zip(browsers, answers, strict=True)]
    moved = [await b.submit(page, "/situation", situation="0") for b, page in zip(browsers, pages, strict=True)]
    ended = [(await b.get(answer["Location"])).content.decode() for b, answer in zip(browsers, moved, strict=True)]
    assert [[name in html for name in names] for html in ended] == [[True, False], [False, True]]


async def test_a_caller_that_is_not_a_declared_ris_is_refused(maille_b: Maille, dmp: Served) -> None:
    answer = await call(Browser(maille_b, address="192.0.2.1"))
    assert (answer.status_code, "appel.appelant_inconnu" in answer.content.decode()) == (403, True)


async def test_a_wrong_form_is_answered_by_the_list_of_its_faults(maille_b: Maille, dmp: Served) -> None:
    answer = await call(Browser(maille_b), Modality="CT", PatientID="")
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "PatientID n&#x27;a pas de valeur" in html
    assert "Modality a été retiré" in html


@pytest.mark.parametrize(("will", "told"), [("no", "Le patient s'oppose"), ("unknown", "n'indique pas si le patient a été informé")])
async def test_without_the_agreement_of_the_patient_the_dmp_is_not_asked(maille_b: Maille, dmp: Served, will: str, told: str) -> None:
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser, InformationEtConsentement=will))["Location"])
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    assert told in page.content.decode()
    assert not await asyncio.to_thread(maille_b.journal, "recherche:dmp:searched")


async def test_a_dmp_that_is_down_is_told_and_can_be_asked_again(maille_b: Maille, etude: Etude, dmp: Served) -> None:
    from banc.dmp.etat import Etat

    await deposit(maille_b, etude, make_kos(etude))
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    dmp.simulator.etat = Etat.PANNE
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    assert "dmp.indisponible" in page.content.decode()
    dmp.simulator.etat = Etat.NORMAL
    page = await browser.get((await browser.submit(page, "/rechercher"))["Location"])
    assert "SCANNER CRANE" in page.content.decode()


async def test_a_source_outside_the_list_and_a_kos_of_another_patient_are_shown_and_cannot_be_imported(
    maille_b: Maille, dmp: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.conso.recherche_dmp import actions

    absent, stranger = make_study(maille_b.folder / "x"), make_study(maille_b.folder / "y")
    await deposit(maille_b, absent, make_kos(absent, db="db9.9.mesimagesmedicales.fr"))
    await deposit(maille_b, stranger, make_kos(stranger))
    fetch, swapped = actions.fetch_kos, make_kos(stranger, ins="162018885045327")

    async def fetch_swapped(*args: Any, **kwargs: Any) -> list[Document]:
        found = await fetch(*args, **kwargs)
        return [replace(d, contenu=swapped) if d.fiche.unique_id == stranger.kos else d for d in found]

    monkeypatch.setattr(actions, "fetch_kos", fetch_swapped)
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    html = (await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])).content.decode()
    assert "Hors de la Liste Blanche" in html
    assert "recherche_dmp.autre_patient" in html
    assert "/importer" not in html


async def test_an_entry_with_an_identifier_out_of_the_standard_costs_only_itself(
    maille_b: Maille, etude: Etude, dmp: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.conso.recherche_dmp import actions

    odd = make_study(maille_b.folder / "x")
    for study in (etude, odd):
        await deposit(maille_b, study, make_kos(study))
    fetch, name = actions.fetch_kos, "1." + "2" * 62 + "^" + "E" * 11

    async def fetch_renamed(*args: Any, **kwargs: Any) -> list[Document]:
        found = await fetch(*args, **kwargs)
        return [replace(d, fiche=replace(d.fiche, unique_id=name)) if d.fiche.unique_id == odd.kos else d for d in found]

    monkeypatch.setattr(actions, "fetch_kos", fetch_renamed)
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    for _ in range(2):  # searched twice, kept once
        page = await browser.get((await browser.submit(page, "/rechercher" if _ else "/situation", situation="0"))["Location"])
    html = page.content.decode()
    assert html.count("/importer") == 1
    assert html.count("recherche_dmp.identifiant_hors_norme") == 1


async def test_a_page_that_fails_in_an_unforeseen_way_says_it_in_french_with_a_trace(
    maille_b: Maille, dmp: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.web.conso import views_appel

    def fail(*_args: object, **_kwargs: object) -> None:
        raise LookupError("PAT-TROIS")

    monkeypatch.setattr(views_appel.actions, "receive", fail)
    answer = await call(Browser(maille_b))
    trace, code, _ = (await asyncio.to_thread(maille_b.journal, "pages:conso:refused"))[0]
    html = answer.content.decode()
    assert (answer.status_code, code, trace is not None and trace in html) == (500, "pages.interne", True)
    assert "PAT-TROIS" not in html


async def test_a_login_over_another_closes_the_former_session(maille_b: Maille, dmp: Served) -> None:
    browser = Browser(maille_b)
    for _ in range(2):
        await log_in(maille_b, browser, "/psc/connexion")
    assert await asyncio.to_thread(maille_b.environment.sql, "SELECT count(*) FROM appel_session") == [(1,)]


async def test_a_logout_ends_the_session_here_and_offers_to_end_it_at_psc(maille_b: Maille, dmp: Served) -> None:
    browser = Browser(maille_b)
    location = (await call(browser))["Location"]
    page = await log_in(maille_b, browser, location)
    ended = await browser.submit(page, "/psc/deconnexion")
    assert "Fermer la session Pro Santé Connect" in ended.content.decode()
    assert maille_b.settings.psc.issuer.split("/auth/")[0] in ended["Content-Security-Policy"]
    assert (await browser.get(location.partition("?")[0])).status_code == 404
    assert await asyncio.to_thread(maille_b.environment.sql, "SELECT count(*) FROM appel_session") == [(0,)]


async def test_a_return_from_psc_serves_once_and_only_the_browser_that_asked(maille_b: Maille, dmp: Served) -> None:
    browser, thief = Browser(maille_b), Browser(maille_b)
    answer = await browser.get("/psc/connexion")
    trust = tls.client_context(maille_b.settings.psc.trust)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
        back = await login(http, answer["Location"], PROFESSIONNEL)
    assert (await thief.get(back)).status_code == 403
    assert (await browser.get(back)).status_code == 302
    assert (await browser.get(back)).status_code == 403


async def test_what_has_expired_is_purged_with_everything_found_from_it(maille_b: Maille, etude: Etude, dmp: Served) -> None:
    from drimbox.conso.appel.actions import purge

    await deposit(maille_b, etude, make_kos(etude))
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    await browser.submit(page, "/importer")

    def later() -> None:
        with maille_b.environment.role("ouvrier"):
            purge(datetime.now(UTC) + timedelta(hours=5))

    await asyncio.to_thread(later)
    for table in ("appel", "appel_session", "recherche_dmp_kos_trouve", "rapatriement", "rapatriement_serie"):
        assert await asyncio.to_thread(maille_b.environment.sql, f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_nothing_of_the_patient_is_readable_in_the_database_the_journal_or_the_jobs(
    maille_b: Maille, etude: Etude, dmp: Served
) -> None:
    await deposit(maille_b, etude, make_kos(etude))
    browser = Browser(maille_b)
    page = await log_in(maille_b, browser, (await call(browser))["Location"])
    page = await browser.get((await browser.submit(page, "/situation", situation="0"))["Location"])
    await browser.submit(page, "/importer")
    tables = ("appel", "appel_session", "recherche_dmp_kos_trouve", "rapatriement", "rapatriement_serie", "journal", "procrastinate_jobs")
    written = " ".join([str(await asyncio.to_thread(maille_b.environment.sql, f"SELECT * FROM {table}")) for table in tables])
    assert not [value for value in (INS, "PAT-TROIS", "DOMINIQUE", "IPP1", "SCANNER") if value in written]


@pytest.mark.parametrize("process", ["images", "reception"])
def test_the_source_side_cannot_read_the_calls(drimbox: Any, process: str) -> None:
    for table in ("appel", "appel_session", "recherche_dmp_kos_trouve", "rapatriement"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            drimbox.sql(f"SELECT 1 FROM {table}", role=process)
