# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every address of the Espace, tried by everybody: nobody sees, or changes, what belongs to another.

The addresses are read from the table of addresses itself: a new page is tried without being named here. A page whose address takes a
value of a new kind fails until :data:`OF_A` says which value belongs to the Operateur A.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import invitations
from espace.acteurs.models import Membre
from espace.acteurs.queries import acteur_of
from espace.conditions import actions
from espace.conditions.actions import Constatee, conteneur, pieces
from espace.conditions.models import AdministrateurTechnique, PieceProbante
from espace.conditions.rules import CodePrerequis
from espace.guichet.models import Piece
from espace.guichet.pieces import examine
from tests.espace_comptes import HOST, agent, browser_of, membre
from tests.espace_donnees import CLIENT_CANARY, SIREN, SITE_CANARY, integrate
from tests.espace_dossiers import AUTRE_SIRET, PDF, ZED, deposer_declaration, operateur
from tests.espace_env import Environment

AGENT = Acteur("agent", Qui.AGENT)
NAME_A, LOGIN_A, PASSWORD_A, ADMIN_A = "OPERATEUR-CANARI-A", "canari.a@operateur.test", "MOT-CANARI-A", "TECHNICIEN-CANARI-A"
SECRETS_OF_A = (NAME_A, LOGIN_A, PASSWORD_A, ADMIN_A, CLIENT_CANARY, SITE_CANARY, SIREN)
DOORS = {"console:connexion", "portail:connexion"}


@contextlib.contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Refuse a block that asks the database more than so many times."""
    with CaptureQueriesContext(connection) as asked:
        yield
    assert len(asked) <= limit, [query["sql"][:200] for query in asked.captured_queries]


@dataclass
class Monde:
    """Two Operateurs, and what belongs to the first."""

    a: Any
    db: str
    numero: str
    membre_id: int
    administrateur_id: int
    prerequis_id: int
    piece_id: uuid.UUID


OF_A: dict[str, Callable[[Monde], Any]] = {
    "db": lambda monde: monde.db,
    "numero": lambda monde: monde.numero,
    "operateur_id": lambda monde: monde.a.pk,
    "membre_id": lambda monde: monde.membre_id,
    "administrateur_id": lambda monde: monde.administrateur_id,
    "prerequis_id": lambda monde: monde.prerequis_id,
    "commande_id": lambda _monde: 1,
    "demande_id": lambda _monde: 1,
    "alarme_id": lambda _monde: 1,
    "revision_id": lambda _monde: 1,
    "courrier_id": lambda _monde: 1,
    "couple_id": lambda _monde: 1,
    "dossier_id": lambda _monde: 1,
    "verb": lambda _monde: "withdraw",
    "parcours": lambda _monde: "declaration",
    "version": lambda _monde: "1",
    "preuve_id": lambda _monde: PieceProbante.objects.earliest("deposee_le").pk,
    "piece_id": lambda monde: monde.piece_id,
}
"""What an address of the console or of the portail may take → a value that belongs to the Operateur A."""


OF_NOBODY = {"parcours": "declaration", "verb": "submit", "version": "1"}
"""What an address may take that belongs to no Operateur → a value that exists."""


@dataclass(frozen=True)
class Adresse:
    """One address, with the names of what it takes."""

    espace: str
    nom: str
    route: str

    @property
    def qualified(self) -> str:
        return f"{self.espace}:{self.nom}"

    @property
    def takes_what_is_owned(self) -> bool:
        return any(name not in OF_NOBODY for name in re.findall(r"<(?:\w+:)?(\w+)>", self.route))

    def filled(self, monde: Monde) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] in OF_NOBODY:
                return OF_NOBODY[found[1]]
            assert found[1] in OF_A, f"{self.qualified} prend « {found[1]} » : dites dans OF_A une valeur qui est à A"
            return str(OF_A[found[1]](monde))

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", value, self.route)


def addresses() -> Iterator[Adresse]:
    """Yield every address of the console and of the portail."""

    def walk(patterns: list[Any], route: str, namespace: str) -> Iterator[Adresse]:
        for found in patterns:
            below = route + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found.url_patterns, below, found.namespace or namespace)
            elif isinstance(found, URLPattern) and namespace in {"console", "portail"}:
                yield Adresse(namespace, str(found.name), below)

    return walk(get_resolver().url_patterns, "", "")


PLACES = {(one.espace, one.nom): one for one in addresses()}
_CLOSED = [one for one in PLACES.values() if one.qualified not in DOORS]


@pytest.fixture(scope="module")
def monde(espace_partage: Environment) -> Monde:
    now = datetime.now(UTC)
    a = operateur(denomination=NAME_A, now=now)
    dossier = deposer_declaration(a, now=now)
    couple = integrate(now=now, denomination=NAME_A)[0].couple
    person = Membre.objects.get(user=membre(a, LOGIN_A))
    named = AdministrateurTechnique.objects.create(
        couple=couple, operateur=a, nom=ADMIN_A, mail="tech@a.test", nomme_par=LOGIN_A, nomme_le=now
    )
    pieces.deposer(a, CodePrerequis.CARTES, examine("c.pdf", PDF, max_bytes=10_000), par=acteur_of(person.user), now=now)
    held = actions.constater(a, Constatee(CodePrerequis.CONTRAT, "Contrat n° 42", now.date()), par=AGENT, now=now)
    conteneur.annuler(a, "essai", par=AGENT, now=now)
    conteneur.attribuer(a, examine("vide.zed", ZED, max_bytes=10_000), PASSWORD_A, par=AGENT, now=now)
    invitations.inviter(a, "invitee@operateur.test", "contributeur", par=AGENT, now=now)
    membre(operateur(AUTRE_SIRET, "Opérateur B", now=now), "claude@b.test")
    agent(espace_partage)
    return Monde(a, couple.db, dossier.numero, person.pk, named.pk, held.pk, Piece.objects.get(dossier=dossier).pk)


def person(login: str) -> Client:
    from django.contrib.auth.models import User

    return browser_of(User.objects.get(username=login))


def rows_of(espace: Environment, operateur_id: int) -> dict[str, str]:
    """Return what every table that names an Operateur holds of this one."""
    tables = espace.sql("SELECT table_name FROM information_schema.columns WHERE column_name = 'operateur_id' AND table_schema = 'public'")
    kept = {}
    for (table,) in tables:
        rows = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE operateur_id = %s"
        kept[table] = espace.sql(rows, operateur_id)[0][0]
    return kept


def tried(browser: Client, address: str) -> Iterator[Any]:
    """Yield the answers to every way of asking for an address."""
    yield browser.get(address)
    yield browser.post(address, {"motif": "essai", "mail": "x@essai.test", "role": "contributeur"})
    yield browser.head(address)


def shown(answer: Any) -> str:
    """Return the text of an answer, sent at once or by pieces."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode(errors="replace")


@pytest.mark.parametrize("place", _CLOSED, ids=lambda one: one.qualified)
def test_a_visitor_is_sent_to_the_login_from_every_address(monde: Monde, place: Adresse) -> None:
    for answer in tried(Client(headers=HOST), place.filled(monde)):
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, f"/{place.espace}/connexion/")


def test_a_session_of_a_password_alone_opens_no_address(monde: Monde) -> None:
    from django.contrib.auth.models import User

    for login in ("agent", LOGIN_A):
        weak = browser_of(User.objects.get(username=login), strong=False)
        for place in _CLOSED:
            for answer in tried(weak, place.filled(monde)):
                assert answer["Location"].startswith("/compte/second-facteur/"), place


def test_no_person_of_an_operateur_enters_the_console(espace_partage: Environment, monde: Monde) -> None:
    before = rows_of(espace_partage, monde.a.pk)
    for login in (LOGIN_A, "claude@b.test"):
        browser = person(login)
        for place in (one for one in _CLOSED if one.espace == "console"):
            for answer in tried(browser, place.filled(monde)):
                assert answer.status_code == 403, (login, place)
    assert rows_of(espace_partage, monde.a.pk) == before


def test_no_agent_acts_in_the_portail(monde: Monde) -> None:
    browser = person("agent")
    for place in (one for one in _CLOSED if one.espace == "portail"):
        for answer in tried(browser, place.filled(monde)):
            assert (answer.status_code, answer["Location"]) == (302, "/console/"), place


def test_another_operateur_sees_and_changes_nothing_of_the_first(espace_partage: Environment, monde: Monde) -> None:
    before = rows_of(espace_partage, monde.a.pk)
    browser = person("claude@b.test")
    for place in (one for one in _CLOSED if one.espace == "portail"):
        for answer in tried(browser, place.filled(monde)):
            text = shown(answer)
            assert answer.status_code < 500, place
            assert not place.takes_what_is_owned or answer.status_code in {404, 405}, place
            assert not [secret for secret in SECRETS_OF_A if secret in text], place
    assert rows_of(espace_partage, monde.a.pk) == before


def test_an_unknown_value_and_a_foreign_one_have_the_same_answer(monde: Monde) -> None:
    browser = person("claude@b.test")
    unknown = Monde(type("", (), {"pk": 987654})(), "db9.999.mesimagesmedicales.fr", "DM-2031-999999", 987654, 987654, 987654, uuid.uuid4())
    for place in (one for one in _CLOSED if one.espace == "portail" and one.takes_what_is_owned):
        for foreign, absent in zip(tried(browser, place.filled(monde)), tried(browser, place.filled(unknown)), strict=True):
            assert (foreign.status_code, len(shown(foreign))) == (absent.status_code, len(shown(absent))), place


def test_the_pages_of_the_first_answer_to_its_own_person_and_the_console_to_an_agent(monde: Monde) -> None:
    for login, part in ((LOGIN_A, "portail"), ("agent", "console")):
        browser = person(login)
        met = [(place, browser.get(place.filled(monde))) for place in _CLOSED if place.espace == part and "<" not in place.route]
        assert not [(place, answer.status_code) for place, answer in met if answer.status_code not in {200, 405}]
        assert {answer["Allow"] for _place, answer in met if answer.status_code == 405} <= {"POST"}


def test_every_page_that_is_shut_to_others_shows_what_is_of_the_first_to_its_own_person(monde: Monde) -> None:
    """Else the tests above would hold for values that nobody may open."""
    browser = person(LOGIN_A)
    opened = {place.nom: browser.get(place.filled(monde)) for place in _CLOSED if place.espace == "portail" and place.takes_what_is_owned}
    assert {name for name, answer in opened.items() if answer.status_code == 404} == {"attestation"}  # not sealed yet
    assert opened["telecharger"].content.startswith(ZED)
    assert opened["preuve"].content == PDF
    assert monde.numero in shown(opened["dossier"])


@pytest.mark.parametrize("typed", ["0", "9" * 18, "9" * 40, "9" * 5000, "²"])
def test_an_absurd_number_in_an_address_names_nothing(monde: Monde, typed: str) -> None:
    for login, part in ((LOGIN_A, "portail"), ("agent", "console")):
        browser = person(login)
        for place in (one for one in _CLOSED if one.espace == part and "<int:" in one.route):
            address = re.sub(r"<int:\w+>", typed, place.route)
            filled = Adresse(place.espace, place.nom, address).filled(monde)
            met = {answer.status_code for answer in tried(browser, filled)}
            assert met <= {404, 405, 302}, (place, met)
            assert browser.get(filled).status_code in {404, 405}, place


@pytest.mark.parametrize("typed", ["-1", "9" * 18, "9" * 40, "9" * 5000, "²", "%00", "abc"])
def test_an_absurd_page_is_a_page(monde: Monde, typed: str) -> None:
    query = "&".join(f"{name}={typed}" for name in ("page", "avant", "apres", "histoire", "ecarts", "operateur"))
    for login, part in ((LOGIN_A, "portail"), ("agent", "console")):
        browser = person(login)
        for place in (one for one in _CLOSED if one.espace == part and "<" not in one.route):
            assert browser.get(f"{place.filled(monde)}?{query}").status_code in {200, 404, 405}, place


def test_the_pages_ask_the_database_little(monde: Monde) -> None:
    browser = person(LOGIN_A)
    for address in ("/portail/", "/portail/drimbox/", "/portail/conditions/", "/portail/administrateurs/", "/portail/personnes/"):
        with at_most(15):
            assert browser.get(address).status_code == 200
    console = person("agent")
    for address in ("/console/conditions/", f"/console/conditions/{monde.a.pk}/"):
        with at_most(15):
            assert console.get(address).status_code == 200
