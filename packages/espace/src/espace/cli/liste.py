# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the Liste Blanche."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from confiance.errors import TransportError
from espace.cli.sortie import Config, Json, auteur, begin, show

if TYPE_CHECKING:
    from espace.liste_blanche.models import Publication

_POLL_SECONDS = 0.1


class SignataireMuet(TransportError):
    """The demande is written and nobody answered it in time."""

    code = "publication.sans_reponse"
    message = "Le signataire n'a pas répondu à temps."
    remede = "Vérifiez que le processus signataire tourne : la demande reste en attente et sera traitée."


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("publier", help="Demander la publication de la Liste Blanche et attendre le résultat.")(publier)


def publier(
    config: Config = None,
    attente: Annotated[float, typer.Option(min=0, help="Attente maximale, en secondes.")] = 60.0,
    json: Json = False,
) -> None:
    """Ask for a publication and wait for what comes of it; exit 1 when it is refused."""
    begin(config)
    from espace.liste_blanche.actions import demander_publication  # noqa: PLC0415 - Django must be set up first

    demande = demander_publication(auteur=auteur(), now=datetime.now(UTC))
    publication = _wait(demande.pk, attente)
    values = _values(publication)
    if publication.code:
        show(values, f"Publication refusée ({publication.code}) ; la liste précédente reste en vigueur.", as_json=json)
        raise typer.Exit(1)
    sentence = f"Liste n° {publication.sequence} publiée : {publication.domaines} domaines, SHA-256 {publication.sha256}."
    show(values, sentence, as_json=json)


def _wait(demande_id: int, seconds: float) -> Publication:
    from espace.liste_blanche.queries import outcome  # noqa: PLC0415 - Django must be set up first

    limit = time.monotonic() + seconds
    while (publication := outcome(demande_id)) is None:
        if time.monotonic() >= limit:
            raise SignataireMuet(f"La demande n° {demande_id} n'a pas reçu de réponse en {seconds:.0f} s.")
        time.sleep(_POLL_SECONDS)
    return publication


def _values(publication: Publication) -> dict[str, Any]:
    from espace.config import current  # noqa: PLC0415 - read after --config

    date, signed = publication.date_generation, publication.signing_time
    return {
        "demande": publication.demande.pk,
        "etat": publication.etat,
        "code": publication.code or None,
        "sequence": publication.sequence,
        "domaines": publication.domaines,
        "sha256": publication.sha256 or None,
        "date_generation": date.isoformat() if date else None,
        "signing_time": signed.isoformat() if signed else None,
        "url": f"{current().pages.public_url}/liste-blanche.xml",
    }
