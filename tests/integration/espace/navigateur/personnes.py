# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Two persons in front of the Espace, each in a Chromium of her own: an agent of the administrateur, and a représentant légal."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.espace_comptes import PASSWORD, code_of
from tests.espace_dossiers import PDF, ZED
from tests.espace_env import write_secret

LIMIT = 90.0
BROWSER = (
    "--no-sandbox",
    "--disable-gpu",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
CONDITIONS = {"compte": "iSC", "contrat": "Contrat n° 42", "representant_legal": "F102", "cartes": "F101", "referencement": "R-1"}
_NUMERO = re.compile(r"DM-\d{4}-\d{6}")


class Personne:
    """A browser, and where it stands.

    Args:
        page: of playwright, with the address of the Espace as its base.
    """

    def __init__(self, page: Any) -> None:
        self.page = page

    def ouvre(self, address: str) -> str:
        """Open an address and return what is seen of it."""
        answer = self.page.goto(address)
        assert answer.status == 200, (address, answer.status)
        return self.texte

    @property
    def texte(self) -> str:
        """What is seen of the page."""
        return str(self.page.inner_text("main"))

    def bouton(self, name: str) -> str:
        """Press the button of that name and return the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        return self.texte

    def lien(self, name: str) -> str:
        """Follow the link of that name and return the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        return self.texte

    def attend(self, address: str, words: str) -> str:
        """Open a page again until it says these words."""
        limit = time.monotonic() + LIMIT
        while words not in self.ouvre(address):
            assert time.monotonic() < limit, (address, words, self.texte[:1500])
            time.sleep(0.3)
        return self.texte


class Agent(Personne):
    """An agent in the console."""

    def entre(self, login: str, secret: str) -> None:
        self.ouvre("/console/")
        self.page.fill("[name=username]", login)
        self.page.fill("[name=password]", PASSWORD)
        with self.page.expect_navigation():
            self.page.locator("main button[type=submit]").first.click()
        self.page.fill("[name=code]", code_of(secret))
        with self.page.expect_navigation():
            self.page.locator("main button[type=submit]").first.click()
        assert "Tableau de bord" in self.texte

    def inscrit(self, denomination: str, siret: str, mail: str) -> None:
        """Inscribe an Operateur, record all its conditions, give its container, invite its représentant légal."""
        self.ouvre("/console/registre/operateurs/")
        self.lien("Inscrire un Opérateur")
        for name, value in {"denomination": denomination, "siret": siret, "support_mail": f"support@{siret}.test"}.items():
            self.page.fill(f"[name={name}]", value)
        assert "est inscrit" in self.bouton("Inscrire")
        today = datetime.now(UTC).date()
        for condition, preuve in CONDITIONS.items():
            self.page.select_option("[name=condition]", condition)
            self.page.fill("[name=preuve]", preuve)
            self.page.fill("[name=fait_le]", str(today))
            if condition == "referencement":
                self.page.fill("[name=valable_jusqu_au]", str(today + timedelta(days=300)))
            assert "constatée" in self.bouton("Constater")
        attribution = self.page.locator("form", has=self.page.locator("[name=secret]"))
        container = {"name": "vide.zed", "mimeType": "application/octet-stream", "buffer": ZED}
        attribution.locator("[name=fichier]").set_input_files(files=[container])
        attribution.locator("[name=secret]").fill("mot de passe du conteneur")
        assert "Le conteneur est attribué" in self.bouton("Attribuer")
        self.page.fill("[name=mail]", mail)
        self.page.select_option("[name=role]", "representant_legal")
        assert "invitation est partie" in self.bouton("Inviter")

    def decide(self, numero: str, libelle: str, **said: str) -> str:
        """Take a decision from the queue, and return the page of the dossier."""
        assert numero in self.ouvre("/console/dossiers/")
        self.lien(numero)
        if said:
            self.page.locator("summary", has_text=libelle).first.click()
            form = self.page.locator("details[open] form")
            for name, value in said.items():
                field = form.locator(f"[name={name}]").first
                form.locator(f"[name={name}][value={value}]").check() if name == "motifs" else field.fill(value)
        text = self.bouton(libelle)
        assert "C'est décidé" in text, text[:1500]
        return text


class Representant(Personne):
    """A représentant légal in the portail."""

    def entre(self, link: str) -> None:
        """Come by an invitation, with an account of iSC."""
        assert "vous invite" in self.ouvre(link)
        self.bouton("Rattacher mon compte iSC")
        self.page.wait_for_url("**/portail/")

    def declare(self, host: str, site: str, siren: str) -> str:
        """Declare an installation; return the number of the dossier."""
        self.ouvre("/portail/demandes/")
        self.lien("Déclarer une DRIMbox")
        self.bouton("Ouvrir un brouillon")
        numero = self.numero()
        self.joint(numero, f"{numero}.zed", ZED + numero.encode())
        self.lien("Ouvrir le formulaire")
        values = {"site": site, "sirens": siren, "pacs-0-hote_db": host, "pacs-0-hote_vi": host}
        for name, value in values.items():
            self.page.fill(f"[name={name}]", value)
        self.depose("Déposer la demande")
        return numero

    def integre(self, db: str, dn: str) -> str:
        """Ask for the integration of the only Site that has names; return the number of the dossier."""
        self.ouvre("/portail/demandes/")
        self.lien("Intégrer une DRIMbox déclarée")
        self.bouton("Ouvrir un brouillon")
        assert db in self.texte
        self.page.fill("[name=support_telephone]", "01 98 76 54 32")
        self.page.fill("[name=certificat-0-dn]", dn)
        numero = self.numero()
        self.depose("Déposer la demande")
        return numero

    def fournit(self) -> str:
        """Send the document de VA that is awaited; return the number of its dossier."""
        assert "Fourniture du document de VA" in self.ouvre("/portail/")
        self.ouvre("/portail/demandes/")
        self.page.locator("tr", has_text="document attendu").locator("a").first.click()
        self.page.wait_for_load_state()
        numero = self.numero()
        self.joint(numero, "va.pdf", PDF + numero.encode())
        self.lien("Ouvrir le formulaire")
        self.depose("Déposer le document de VA")
        return numero

    def joint(self, numero: str, nom: str, content: bytes) -> None:
        self.ouvre(f"/portail/demandes/{numero}/")
        self.page.set_input_files("[name=fichier]", files=[{"name": nom, "mimeType": "application/octet-stream", "buffer": content}])
        assert "La pièce est reçue" in self.bouton("Joindre la pièce")

    def depose(self, libelle: str) -> None:
        text = self.bouton(libelle)
        assert "Votre demande est déposée" in text, text[:2000]

    def numero(self) -> str:
        """Return the number of the dossier of this page."""
        found = _NUMERO.search(self.page.url)
        assert found, self.page.url
        return found[0]


def compte_agent(espace: Any, folder: Path, login: str = "agent") -> str:
    """Make an account of the console with a password and a second factor by the commands; return the secret of the factor."""
    password, totp = folder / "mot-de-passe", folder / "totp"
    write_secret(password, PASSWORD)
    done = espace.run("compte", "creer", "--login", login, "--password-file", str(password), "--totp-file", str(totp))
    assert done.returncode == 0, done.stderr
    return totp.read_text(encoding="ascii").strip()


def until(condition: Callable[[], Any], otherwise: str) -> Any:
    """Return what a condition gives once it gives something."""
    limit = time.monotonic() + LIMIT
    while not (found := condition()):
        assert time.monotonic() < limit, otherwise
        time.sleep(0.2)
    return found


def up(url: str) -> bool:
    """Tell whether the Espace answers."""
    try:
        urllib.request.urlopen(f"{url}/espace/", timeout=5).close()
    except OSError:
        return False
    return True
