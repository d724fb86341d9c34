# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One Espace of a given size that shows its pages when told: the child of ``bench espace``.

Speaks JSON lines: first the names of its pages, then for each name read the processor time of the page, that of PostgreSQL included, and
its SQL queries. Pages are those of the addresses of the console and of the portail, so that one added later is measured without a word.
"""

from __future__ import annotations

import base64
import gc
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from banc.postgres import EmbeddedPostgres
from bench.espace_registre import fill, publish
from tests import espace_env

EMPTY = "vide"


@dataclass(frozen=True)
class Page:
    """One page: its name, its address, the browser of who may see it, and whether the bench has no row to show in it."""

    name: str
    address: str
    browser: Any
    unknown: bool = False


class Ground:
    """The browsers of an agent and of a person of the largest Operateur, and what they ask for."""

    def __init__(self, environment: espace_env.Environment) -> None:
        from django.test import Client

        from espace.acteurs.models import Operateur
        from tests.espace_comptes import HOST, agent, browser_of, membre

        self.environment = environment
        self.browsers = {
            "console": browser_of(agent(environment)),
            "portail": browser_of(membre(Operateur.objects.get(pk=1))),
            "public": Client(headers=HOST),
        }
        self.samples = self._samples()
        self.pages: dict[str, Page] = {}
        self.left: dict[str, str] = {}
        self.unknown: list[str] = []
        for page in self._candidates():
            self._keep(page)
        for name in {page.partition(",")[0] for page in self.pages}:
            self.left.pop(name, None)  # it takes forms in some states only

    def show(self, name: str) -> dict[str, float]:
        """Ask for a page once: milliseconds of processor time, milliseconds by the clock, and queries."""
        from django.db import connection

        page, asked = self.pages[name], 0

        def counting(execute: Any, *args: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*args)

        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        with connection.execute_wrapper(counting):
            spent, elapsed = self._processor(backend), time.perf_counter()
            answer = page.browser.get(page.address)
            spent, elapsed = self._processor(backend) - spent, time.perf_counter() - elapsed
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
        return {"ms": spent * 1e3, "horloge": elapsed * 1e3, "requetes": asked}

    @staticmethod
    def _processor(backend: int) -> float:
        """Return the seconds of processor of this process and of its backend of PostgreSQL."""
        return time.process_time() + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9

    def _samples(self) -> dict[str, Any]:
        from espace.acteurs.models import Membre
        from espace.guichet.models import Dossier
        from espace.liste_blanche.models import Demande
        from espace.registre.models import CoupleFqdn, Revision

        couple = CoupleFqdn.objects.filter(operateur_id=1, drimbox__statut="active").order_by("tri")[1]
        dossier = Dossier.objects.filter(operateur_id=1, parcours="declaration", etat="complement").order_by("-id")[0]
        return {
            "db": couple.db,
            "operateur_id": 1,
            "commande_id": couple.pacs.commande_id,
            "revision_id": Revision.objects.filter(relation="registre_drimbox").order_by("-pk")[0].pk,
            "demande_id": Demande.objects.get().pk,
            "membre_id": Membre.objects.get().pk,
            "dossier_id": dossier.pk,
            "numero": dossier.numero,
            "piece_id": self._piece(dossier),
            "preuve_id": self._preuve(),
            "parcours": "declaration",
            "version": self._modele(),
            **dict.fromkeys(("sequence", "taille", "de", "vers"), 1),
        }

    @staticmethod
    def _piece(dossier: Any) -> uuid.UUID:
        """Add one piece with its content to a dossier: COPY seals nothing."""
        from espace.guichet import actions
        from espace.guichet.natures import Nature
        from tests.espace_dossiers import PDF, personne

        piece = actions.deposer_piece(dossier.pk, Nature.AUTRE, "reponse.pdf", PDF, personne(dossier.operateur), at=datetime.now(UTC))
        number: uuid.UUID = piece.pk
        return number

    @staticmethod
    def _preuve() -> uuid.UUID:
        """Send one file that proves a condition, as the person of the largest Operateur does."""
        from espace.acteurs.models import Membre
        from espace.acteurs.queries import acteur_of
        from espace.conditions.actions import pieces
        from espace.conditions.rules import CodePrerequis
        from espace.guichet.pieces import examine
        from tests.espace_dossiers import PDF

        membre = Membre.objects.get()
        sent = examine("cartes.pdf", PDF, max_bytes=len(PDF))
        piece = pieces.deposer(membre.operateur, CodePrerequis.CARTES, sent, par=acteur_of(membre.user), now=datetime.now(UTC))
        number: uuid.UUID = piece.pk
        return number

    def _modele(self) -> str:
        """Name a template of the document de VA, as an administrateur does, and return its version."""
        from django.conf import settings

        path = self.environment.folder / "va-1.0.odt"
        path.write_bytes(b"modele")
        guichet = settings.ESPACE.guichet.model_copy(update={"modeles_va": {"1.0": path}})
        settings.ESPACE = settings.ESPACE.model_copy(update={"guichet": guichet})
        return "1.0"

    def _candidates(self) -> Iterator[Page]:
        from django.urls import get_resolver, reverse

        for space, browser in self.browsers.items():
            for pattern in get_resolver().namespace_dict[space][1].url_patterns:
                wanted = pattern.pattern.converters
                values = {name: self.samples.get(name, _nothing(kind)) for name, kind in wanted.items()}
                for which, numero in self._numeros().items() if set(wanted) == {"numero"} else [("", "")]:
                    address = reverse(f"{space}:{pattern.name}", kwargs=values | ({"numero": numero} if numero else {}))
                    yield Page(f"{space}:{pattern.name}{which}", address, browser, bool(set(wanted) - set(self.samples)))
        for name in ("", "mot-de-passe/", "codes-de-secours/"):
            yield Page(f"portail:compte {name}".strip(), f"/compte/{name}", self.browsers["portail"])
        yield from self._searches()

    @staticmethod
    def _numeros() -> dict[str, str]:
        """Return a dossier of the largest Operateur in each state of each parcours, the one with the most couples."""
        from django.db.models import F

        from espace.guichet.models import Dossier

        rows = (
            Dossier.objects.filter(operateur_id=1)
            .order_by(F("commande__nombre_pacs").asc(nulls_first=True), "id")
            .values_list("parcours", "etat", "numero")
        )
        return dict(sorted((f", {parcours} {etat}", numero) for parcours, etat, numero in rows))

    def _searches(self) -> Iterator[Page]:
        from espace.registre.models import CoupleFqdn

        agent, rows = self.browsers["console"], CoupleFqdn.objects.order_by("tri", "number").values_list("tri", "number")
        far = base64.urlsafe_b64encode(json.dumps(rows[rows.count() * 3 // 4]).encode()).decode().rstrip("=")
        for name, query in {
            "mot": "q=radiologie",
            "nom": f"q={self.samples['db']}",
            "rien": "q=inconnu",
            "statut": "statut=active",
            "statut rare": "statut=exclue",
            "operateur": "operateur=1",
            "dates": "attribue_du=2025-09-02&modifie_au=2027-01-01",
            "tout": "q=clinique+imagerie&statut=active&operateur=1&attribue_du=2025-09-01",
            "loin": f"apres={far}",
        }.items():
            yield Page(f"console:couples, {name}", f"/console/couples/?{query}", agent)
        yield Page("console:operateurs, mot", "/console/registre/operateurs/?q=imagerie", agent)

    def _keep(self, page: Page) -> None:
        answer = page.browser.get(page.address)
        kind = answer["Content-Type"].split(";")[0] if "Content-Type" in answer else ""
        if answer.status_code == 200 and kind == "text/html":
            self.pages[page.name] = page
        elif page.unknown and answer.status_code == 404 and page.address.endswith("/"):  # the others are files
            self.unknown.append(page.name)
        else:
            self.left[page.name.partition(",")[0]] = f"{answer.status_code} {kind}".strip()


def _nothing(converter: Any) -> Any:
    """Return a value that an address admits and that names no row: a page that only takes forms is told by its answer."""
    if "empreinte" in type(converter).__name__.lower():
        return "0" * 64
    if "uuid" in type(converter).__name__.lower():
        return uuid.UUID(int=1)
    return 1 if "int" in type(converter).__name__.lower() else "x"


def add_empty_pages() -> None:
    """Give the console, the portail and the public pages one page that shows nothing but their layout, behind the same login."""
    from django.http import HttpRequest, HttpResponse
    from django.shortcuts import render
    from django.urls import path

    import espace.web.console.urls as console
    import espace.web.portail.urls as portail
    import espace.web.public.urls as public

    def empty(template: str) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            return render(request, template)

        return view

    console.urlpatterns.append(path("vide-du-banc/", empty("console/base.html"), name=EMPTY))
    portail.urlpatterns.append(path("vide-du-banc/", empty("portail/base.html"), name=EMPTY))
    public.urlpatterns.append(path("vide-du-banc/", empty("public/base.html"), name=EMPTY))


def main() -> None:
    """Fill, then answer until the end of the input."""
    couples, operateurs = int(sys.argv[1]), int(sys.argv[2])
    out = sys.__stdout__
    sys.stdout = sys.stderr  # logs of what is done are no answer
    with EmbeddedPostgres(durable=False) as server:
        environment = espace_env.build(server)
        with environment.copy(), environment.role("pages"):
            fill(environment, couples=couples, operateurs=operateurs)
            publish(environment)
            add_empty_pages()
            ground = Ground(environment)
            gc.collect()
            gc.freeze()
            _say(out, {"pages": list(ground.pages), "laissees": ground.left, "inconnues": ground.unknown})
            for line in sys.stdin:
                _say(out, ground.show(re.sub(r"\n$", "", line)))


def _say(out: Any, value: object) -> None:
    out.write(json.dumps(value, ensure_ascii=False) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
