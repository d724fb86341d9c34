# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The tour of every page: each address of the Espace, asked by each person, then each form of each page, sent empty and sent absurd.

The addresses are read from the table of addresses itself. One whose values are not known, or that shows nothing to anybody, fails by its
name: :data:`VALEURS` says what it takes. What a form does is undone at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from espace.acteurs.models import Membre
from espace.alarmes.models import Alarme
from espace.conditions.models import AdministrateurTechnique, PieceProbante, Prerequis
from espace.courrier.models import Courrier
from espace.guichet.models import Dossier, Piece
from tests.espace_comptes import HOST, browser_of
from tests.integration.espace.pages.monde import ROLES, Monde

VALEURS: dict[str, Callable[[Monde], list[Any]]] = {
    "numero": lambda monde: list(monde.dossiers.values()),
    "db": lambda monde: ["db1.1.mesimagesmedicales.fr", "db1.2.mesimagesmedicales.fr", monde.exclue],
    "operateur_id": lambda monde: [monde.a.pk, monde.b.pk],
    "membre_id": lambda monde: [Membre.objects.filter(operateur=monde.a).latest("pk").pk],
    "administrateur_id": lambda _monde: [AdministrateurTechnique.objects.earliest("pk").pk],
    "prerequis_id": lambda _monde: [Prerequis.objects.earliest("pk").pk],
    "commande_id": lambda _monde: [1, 2],
    "demande_id": lambda monde: [1, 2, *monde.demandes],
    "alarme_id": lambda _monde: [Alarme.objects.earliest("pk").pk],
    "revision_id": lambda monde: [1, monde.revision],
    "courrier_id": lambda _monde: [Courrier.objects.earliest("pk").pk],
    "piece_id": lambda _monde: [Piece.objects.earliest("deposee_le").pk],
    "preuve_id": lambda _monde: [PieceProbante.objects.earliest("deposee_le").pk],
    "parcours": lambda _monde: ["declaration", "integration"],
    "verb": lambda _monde: ["withdraw", "take", "abandon"],
    "version": lambda monde: [monde.modele_va],
    "sequence": lambda _monde: [1, 2],
    "taille": lambda _monde: [2],
    "de": lambda _monde: [1],
    "vers": lambda _monde: [2],
    "sha256": lambda monde: [monde.crl],
    "empreinte": lambda _monde: ["0" * 64],
    "nom": lambda _monde: ["temoin"],
    "lien": lambda monde: [monde.liens["neuve"], "inconnu"],
    "provider_id": lambda _monde: ["isc"],
}
"""What an address may take → values that show something."""

ETATS: dict[str, tuple[str, ...]] = {
    "public:comparer": ("?de=1&vers=2", "?de=x"),
    "public:historique": ("?nom=db1.1.mesimagesmedicales.fr&instant=2026-01-01T00:00", "?nom=&instant=x"),
    "public:api_historique": ("?nom=db1.1.mesimagesmedicales.fr&instant=2026-01-01T00:00:00Z",),
    "public:attestations": ("?numero=", "?numero=AD-2026-999999"),
    "console:dossiers": ("?attend=tous", "?attend=operateur", "?attend=systeme", "?q=rien-de-tel", "?parcours=x"),
    "console:couples": ("?q=rien-de-tel", "?statut=exclue", "?attribue_du=x"),
    "console:operateurs": ("?q=rien-de-tel",),
    "console:commandes": ("?q=rien-de-tel",),
    "console:courriers": ("?etat=rejete", "?etat=en_echec", "?q=rien-de-tel"),
    "console:zone_caa": ("?nom=localhost", "?nom=%C2%B2"),
    "portail:saisie": ("?verifier",),
}
"""Address → other ways of asking it."""

FILES = (".json", ".xml", ".crl", ".pem", ".csv")
"""Endings of what is no page, even when it is not there."""

GONE = frozenset({"account_logout", "openid_connect_login", "openid_connect_callback", "mfa_authenticate"})
"""Addresses that only lead elsewhere when they are asked without what comes before them."""


@dataclass(frozen=True)
class Adresse:
    """One address, with the names of what it takes."""

    name: str
    route: str

    @property
    def takes(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    def filled(self, monde: Monde, *, few: bool) -> Iterator[str]:
        """Yield the address with each of the values that it takes, or with the first ones only."""
        unknown = [name for name in self.takes if name not in VALEURS]
        assert not unknown, f"{self.name} prend {unknown} : dites dans VALEURS ce qui y montre quelque chose"
        rows: list[list[Any]] = [[]]
        for name in self.takes:
            rows = [[*row, value] for row in rows for value in VALEURS[name](monde)[: 1 if few else None]]
        for row in rows:
            base = "/" + self.route
            for value in row:
                base = re.sub(r"<[^>]+>", str(value), base, count=1)
            yield base
            if not few:
                yield from (base + query for query in ETATS.get(self.name, ()))


def addresses() -> Iterator[Adresse]:
    """Yield every address of the Espace."""

    def walk(patterns: list[Any], route: str, namespace: str) -> Iterator[Adresse]:
        for found in patterns:
            below = route + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found.url_patterns, below, found.namespace or namespace)
            elif isinstance(found, URLPattern):
                yield Adresse(f"{namespace}:{found.name}" if namespace else str(found.name), below)

    return walk(get_resolver().url_patterns, "", "")


@dataclass(frozen=True)
class Reponse:
    """What one person was shown.

    Attributes:
        name: a person's words for it.
        address: that was asked; after a form, that where it led.
        status: of the answer.
        html: the page.
    """

    name: str
    address: str
    status: int
    html: str

    @property
    def same(self) -> str:
        """What makes two pages one: all but their tokens and who is logged in."""
        kept = re.sub(r'(name="(?:csrfmiddlewaretoken|jeton)" value=")[^"]*', r"\1", self.html)
        return re.sub(r'<a class="session-nom".*?</a>', "", kept)


class _Formulaires(HTMLParser):
    """The forms of a page, with the fields that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], dict[str, tuple[str, str]]]] = []
        self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append((given, {}))
            self._inside = True
        elif self._inside and (name := given.get("name")) and tag in {"input", "textarea", "button"}:
            kind = tag if tag != "input" else given.get("type") or "text"
            self.found[-1][1].setdefault(name, (kind, given.get("value") or ""))
        elif self._inside and tag == "select":
            self._select = given.get("name") or ""
        elif self._inside and tag == "option" and self._select:
            self.found[-1][1].setdefault(self._select, ("select", given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass
class Tour:
    """The whole tour, as it goes."""

    monde: Monde
    reponses: dict[str, Reponse] = field(default_factory=dict)
    sent: set[tuple[str, ...]] = field(default_factory=set)
    silent: list[str] = field(default_factory=list)

    def go(self) -> list[Reponse]:
        """Ask every address, send every form, and return every page that differs from the others."""
        people = self._people()
        for adresse in addresses():
            part = adresse.name.split(":")[0]
            seen = False
            for rank, (who, browser) in enumerate(people.get(part, people["compte"])):
                for url in adresse.filled(self.monde, few=rank > 0):
                    seen = self._ask(adresse, who, browser, url) or seen
            if not seen and adresse.name not in GONE:
                self.silent.append(adresse.name)
        self._ask_what_is_refused(people)
        return list(self.reponses.values())

    def _ask_what_is_refused(self, people: dict[str, list[tuple[str, Client]]]) -> None:
        """Ask for what is nobody's, what is another's, and log in until the door closes."""
        _who, agent = people["console"][0]
        who, person = people["portail"][0]
        for name, browser, url in (("visiteur", Client(headers=HOST), "/rien/"), ("agent", agent, "/rien/"), (who, person, "/console/")):
            self._keep(f"{url} ({name})", url, browser.get(url))
        address = "/portail/connexion/"
        for _again in range(6):
            answer = Client(headers=HOST).post(address, {"username": "inconnu", "password": "faux"})
        assert answer.status_code == 429
        self._keep(f"{address} après six essais", address, answer)

    def _people(self) -> dict[str, list[tuple[str, Client]]]:
        persons = {name: browser_of(user) for name, user in self.monde.personnes.items()}
        visitor = ("visiteur", Client(headers=HOST))
        weak = ("un facteur", browser_of(self.monde.personnes["faible"], strong=False))
        return {
            "public": [visitor],
            "portail": [*((name, persons[name]) for name in (*ROLES, "b")), visitor],
            "console": [*((name, persons[name]) for name in ("agent", "collegue")), visitor],
            "compte": [visitor, weak, ("representant_legal", persons["representant_legal"]), ("agent", persons["agent"])],
        }

    def _ask(self, adresse: Adresse, who: str, browser: Client, url: str) -> bool:
        """Ask an address; tell whether it is no mystery: a page, a file, or a place where forms are sent."""
        answer = browser.get(url)
        if answer.status_code == 405 or adresse.route.endswith(FILES):
            return True
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            return answer.status_code == 200
        self._keep(f"{url} ({who})", url, answer)
        if answer.status_code == 200:
            self._send_forms(adresse, who, browser, url, answer.content.decode())
        return answer.status_code == 200

    def _keep(self, name: str, url: str, answer: Any) -> None:
        if answer.status_code in {301, 302, 303} or not answer.headers.get("Content-Type", "").startswith("text/html"):
            return
        made = Reponse(name, url, answer.status_code, answer.content.decode())
        self.reponses.setdefault(made.same, made)

    def _send_forms(self, adresse: Adresse, who: str, browser: Client, url: str, page: str) -> None:
        reader = _Formulaires()
        reader.feed(page)
        for attributes, fields in reader.found:
            method = attributes.get("method") or "get"
            action = (attributes.get("action") or url).split("?")[0]
            for typed in ("", "²"):
                values = _filled(fields, typed)
                key = (adresse.name, re.sub(r"DM-\d{4}-\d{6}|\d+", "0", action), str(sorted(fields)), str("²" in values.values()))
                if key not in self.sent and "deconnexion" not in action:
                    self.sent.add(key)
                    self._send(f"{url} → {action} « {typed} » ({who})", browser, action, method, values)

    def _send(self, name: str, browser: Client, action: str, method: str, values: dict[str, str]) -> None:
        cookies = dict(browser.cookies)
        with transaction.atomic():
            cache.clear()
            answer = browser.post(action, values, follow=True) if method == "post" else browser.get(action, values)
            assert answer.status_code != 500, name
            self._keep(name, action, answer)
            transaction.set_rollback(True)
        browser.cookies.clear()
        browser.cookies.update(cookies)


def _filled(fields: dict[str, tuple[str, str]], typed: str) -> dict[str, str]:
    kept = {}
    for name, (kind, value) in fields.items():
        if kind in {"hidden", "select", "radio", "button"}:
            kept[name] = value
        elif kind not in {"checkbox", "file"}:
            kept[name] = typed
    return kept


def numero_of(name: str) -> str:
    """Return the state of the dossier of that number, for the name of a picture."""
    found = re.search(r"DM-\d{4}-\d{6}", name)
    dossier = Dossier.objects.filter(numero=found[0]).first() if found else None
    return f"{dossier.parcours}-{dossier.etat}" if dossier else ""
