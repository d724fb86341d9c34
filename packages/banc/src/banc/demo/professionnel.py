# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A radiologist of hospital B: opens the call of the RIS in a browser, logs in at PSC, reads the pages, presses their buttons."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import aiohttp
from lxml import html

from banc import psc
from banc.demo.mesh import Mesh
from banc.demo.navigation import Browser, Page, PageInattendue
from drimbox.socle.personnes import Patient
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.reception.reader import read_message

IMPORT_SECONDS = 240.0
POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Resultat:
    """How an import ended, as its page says it."""

    complete: bool
    stored: int
    code: str
    http_status: int | None
    trace: str
    text: str


class Professionnel:
    """A person and a browser, kept for the whole demo."""

    def __init__(self, mesh: Mesh) -> None:
        assert mesh.pki is not None
        self._base = mesh.plan.b.public_url
        self._browser = Browser(mesh.pki.market_ca, {f"https://127.0.0.1:{mesh.plan.psc_port}/": _log_in})

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    def open_dossier(self, message: bytes) -> int:
        """Follow the contextual call for the patient of a report; return how many exams can be imported."""
        return len(self._dossier(message).forms("/importer"))

    def import_all(self, message: bytes) -> Resultat:
        """From a new call, import every exam of the patient; return the worst outcome, with every image that was stored."""
        dossier = self._dossier(message)
        results = [self._follow(self._browser.submit(dossier, form)) for form in dossier.forms("/importer")]
        if not results:
            raise PageInattendue(f"Aucun examen à importer : {dossier.text[:300]}")
        worst = min(results, key=lambda result: result.complete)
        stored = sum(result.stored for result in results)
        return Resultat(worst.complete, stored, worst.code, worst.http_status, worst.trace, worst.text)

    def _dossier(self, message: bytes) -> Page:
        patient = read_cda(read_message(message).compte_rendu).patient
        page = self._browser.post(f"{self._base}/conso/appel", _parameters(patient))
        for form in page.forms("/situation"):
            page = self._browser.submit(page, form)
        if "/conso/dossier/" not in page.url:
            raise PageInattendue(f"B ne montre pas les examens du patient : {page.text[:200]}")
        return page

    def _follow(self, page: Page) -> Resultat:
        limit = time.monotonic() + IMPORT_SECONDS
        while page.refreshes:
            if time.monotonic() > limit:
                raise PageInattendue(f"L'import n'est pas fini après {IMPORT_SECONDS:.0f} s.")
            time.sleep(POLL_SECONDS)
            page = self._browser.open(page.url)
        return read_outcome(page)


async def _log_in(http: aiohttp.ClientSession, url: str) -> str:
    return await psc.login(http, url, psc.TEST_PROFESSIONNELS[0].subject_name_id)


def _parameters(patient: Patient) -> dict[str, str]:
    """Return the form that a RIS posts (appel contextuel, specification of the end of 2024)."""
    traits, ins = patient.traits, patient.ins
    if ins is None:
        raise PageInattendue("Le compte rendu ne porte pas d'INS : le DMP ne peut pas être interrogé.")
    return {
        "Patient.identifier.value": ins.value,
        "Patient.identifier.system": ins.oid,
        "Patient.name.family": traits.nom_naissance,
        "Patient.name.given": traits.premier_prenom,
        "Patient.gender": traits.sexe,
        "Patient.birthDate": traits.date_naissance,
        "Address.district": traits.lieu_naissance or "99999",
        "PatientID": patient.ipp.value if patient.ipp else ins.value,
        "PatientIDIssuer": patient.ipp.oid if patient.ipp else ins.oid,
        "InformationEtConsentement": "yes",
    }


def read_outcome(page: Page) -> Resultat:
    """Read the page of an import that is over."""
    stored = sum(int(cell.text_content()) for cell in page.document.xpath("//tbody/tr[count(td)>5]/td[5]"))
    status = re.search(r"HTTP (\d{3})", page.text)
    reasons: list[html.HtmlElement] = page.document.xpath("//td[@colspan]//code/text()")
    complete = bool(page.document.xpath("//h1//span[contains(@class,'etat-complet')]"))
    code, trace = (str(reasons[0]), str(reasons[-1])) if reasons else ("", "")
    return Resultat(complete, stored, code, int(status[1]) if status else None, trace, page.text)
