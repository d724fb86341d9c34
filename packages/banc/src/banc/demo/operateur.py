# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The représentant légal of an Operateur in the portail: comes by an invitation, declares, integrates, sends the document de VA."""

from __future__ import annotations

import email
import email.policy
import re
import time
from pathlib import Path

from banc.demo import totp
from banc.demo.administrateur import ZED
from banc.demo.agent import press
from banc.demo.configuration import secret
from banc.demo.navigation import Browser, File, Page, PageInattendue
from banc.demo.plan import Box, Plan
from confiance.exploitation.settings import read_secret

WAIT_SECONDS = 60.0
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
_LINK = re.compile(r"https://\S+/compte/invitation/[A-Za-z0-9_-]+/")


class Representant:
    """One person of one Operateur, in front of the portail.

    Args:
        plan: of the mesh.
        box: the DRIMbox that its Operateur deploys.
        trust: authority of the certificate of the Espace (PEM).
    """

    def __init__(self, plan: Plan, box: Box, trust: Path) -> None:
        self._plan, self._box, self._root = plan, box, f"{plan.espace_url}/portail/"
        self._browser = Browser(trust)
        self.login = box.representant
        self.password = secret(plan.secrets, f"portail-{box.key}")
        self.totp = plan.secrets / f"totp-portail-{box.key}"
        self._enter()

    def close(self) -> None:
        """Leave."""
        self._browser.close()

    def open(self, path: str) -> Page:
        """Open a page of the portail."""
        return self._browser.open(self._root + path)

    def declare(self) -> str:
        """Declare the installation; return the number of the dossier."""
        page = press(self._browser, self.open("demandes/nouvelle/declaration/"), "")
        numero = _numero(page)
        self._attach(numero, "cgi", f"cgi-{numero}.zed", ZED + numero.encode())
        fields = {
            "site": self._box.client,
            "sirens": self._box.siren,
            "architecture": "simple",
            "pacs-0-libelle": f"PACS {self._box.key.upper()}",
            "pacs-0-hote_db": self._box.target,
            "pacs-0-hote_vi": self._box.target,
        }
        return self._send(numero, **fields)

    def integrate(self, db: str, dn: str) -> str:
        """Ask for the integration of the Commande named last; return the number of the dossier."""
        page = self.open("demandes/nouvelle/integration/")
        commandes = [int(value) for value in page.document.xpath("//select[@name='commande']/option/@value")]
        page = press(self._browser, page, "", commande=str(max(commandes, default=0)))
        if db not in page.document.xpath("//input[starts-with(@name, 'certificat-')]/@value"):
            raise PageInattendue(f"Le portail ne propose pas d'intégrer {db} : {page.text[:600]}")
        return self._send(_numero(page), **{"support_telephone": "01 99 00 00 00", "certificat-0-dn": dn})

    def fournir_va(self, integration: str) -> str:
        """Send the document de VA that an integration opened; return the number of its dossier."""
        self.until(integration, "provisoire")
        awaited = self._awaited()
        self._attach(awaited, "document_va", f"va-{awaited}.pdf", PDF)
        return self._send(awaited, commentaire="Vérification d'aptitude du banc.")

    def until(self, numero: str, words: str) -> Page:
        """Return the page of a dossier once its state says these words.

        Raises:
            PageInattendue: it does not, after a while.
        """
        limit = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.open(f"demandes/{numero}/")
            etat = page.document.xpath("normalize-space(//dl//span[contains(@class, 'etat')])")
            if words in str(etat):
                return page
            if time.monotonic() > limit:
                raise PageInattendue(f"Le dossier {numero} reste « {etat} » ; « {words} » était attendu.")
            time.sleep(0.2)

    def _awaited(self) -> str:
        page = self.open("demandes/")
        rows = page.document.xpath("//tbody/tr[contains(., 'document attendu')]//th//text()")
        numbers = [str(text).strip() for text in rows if str(text).strip()]
        if not numbers:
            raise PageInattendue(f"Aucun document de VA n'est attendu : {page.text[:600]}")
        return numbers[0]

    def _enter(self) -> None:
        password = read_secret(self.password).reveal()
        page = press(self._browser, self._browser.open(self._invitation()), "", password=password, encore=password)
        page = press(self._browser, page, "", username=self._box.representant, password=password)
        found = page.document.xpath("string(//code[@class='secret'])")
        if not found:
            raise PageInattendue(f"L'Espace ne propose pas de second facteur : {page.text[:600]}")
        drawn = secret(self._plan.secrets, self.totp.name, str(found).replace(" ", ""))
        press(self._browser, page, "", code=next(totp.codes(read_secret(drawn).reveal())))
        if self._box.operateur not in self.open("").text:
            raise PageInattendue(f"Le portail n'ouvre pas à {self._box.representant}.")

    def _invitation(self) -> str:
        """Return the link of the mail that invites, once it came."""
        folder, limit = self._plan.work / "courriers", time.monotonic() + WAIT_SECONDS
        while time.monotonic() < limit:
            for path in sorted(folder.glob(f"*-{self._box.representant}.eml")):
                body = email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_body(("plain",))
                link = _LINK.search(body.get_content()) if body is not None else None
                if link:
                    return link[0]
            time.sleep(0.1)
        raise PageInattendue(f"L'invitation de {self._box.representant} n'est pas arrivée dans {folder}.")

    def _attach(self, numero: str, nature: str, name: str, content: bytes) -> None:
        page = press(self._browser, self.open(f"demandes/{numero}/"), "/pieces/", fichier=File(name, content), nature=nature)
        if name not in page.text:
            raise PageInattendue(f"La pièce {name} n'est pas reçue : {page.text[:600]}")

    def _send(self, numero: str, **fields: str) -> str:
        page = press(self._browser, self.open(f"demandes/{numero}/formulaire/"), "", geste="envoyer", **fields)
        if "est déposée" not in page.text:
            raise PageInattendue(f"La demande {numero} n'est pas déposée : {page.text[:900]}")
        return numero


def _numero(page: Page) -> str:
    """Return the number of the dossier whose form is open."""
    found = re.search(r"DM-\d{4}-\d{6}", page.url)
    if found is None:
        raise PageInattendue(f"Aucun brouillon ne s'est ouvert : {page.text[:600]}")
    return found[0]
