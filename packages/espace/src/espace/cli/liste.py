# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the Liste Blanche."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from confiance.errors import TransportError
from espace.auteurs import at_keyboard
from espace.cli import liste_signataire, liste_tete
from espace.cli.sortie import Config, Json, begin, show

if TYPE_CHECKING:
    from espace.liste_blanche.models import Publication

_POLL_SECONDS = 0.1
_INSTANTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"]
Numero = Annotated[int, typer.Argument(help="Numéro de la demande.")]
Lignes = Annotated[
    str,
    typer.Option("--lignes", help="SHA-256 des lignes montrées par « a-approuver » ; par défaut celles qui attendent.", metavar="SHA256"),
]


class SignataireMuet(TransportError):
    """The demande is written and nobody answered it in time."""

    code = "publication.sans_reponse"
    message = "Le signataire n'a pas répondu à temps."
    remede = "Vérifiez que le processus signataire tourne : la demande reste en attente et sera traitée."


liste_app = typer.Typer(help="Liste Blanche : seconde personne, alarmes, tête, signataires.", no_args_is_help=True)
_MASSIF = "Confirmer que de nombreux noms quittent la liste d'un coup."


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("publier", help="Demander la publication de la Liste Blanche et attendre le résultat.")(publier)
    liste_app.command("a-approuver", help="Montrer les demandes qui attendent une seconde personne, et ce qu'elles changent.")(a_approuver)
    liste_app.command("approuver", help="Approuver, en seconde personne, une demande de publication.")(approuver)
    liste_app.command("rejeter", help="Rejeter, en seconde personne, une demande de publication.")(rejeter)
    liste_app.command("alarmes", help="Montrer les alarmes ouvertes, ou en fermer une.")(alarmes)
    liste_app.command("presence", help="Dire si un nom était dans la liste à un instant, et sous quel DN.")(presence)
    liste_tete.add_to(liste_app)
    liste_signataire.add_to(liste_app)
    app.add_typer(liste_app, name="liste")


def publier(
    config: Config = None,
    attente: Annotated[float, typer.Option(min=0, help="Attente maximale, en secondes.")] = 60.0,
    retrait_massif: Annotated[bool, typer.Option("--retrait-massif", help=_MASSIF)] = False,
    json: Json = False,
) -> None:
    """Ask for a publication and wait for what comes of it; exit 1 when it is refused."""
    begin(config)
    from espace.liste_blanche.actions import demander_publication  # noqa: PLC0415 - Django must be set up first
    from espace.liste_blanche.states import Etat  # noqa: PLC0415 - as above

    demande = demander_publication(auteur=at_keyboard(), now=datetime.now(UTC), retrait_massif=retrait_massif)
    publication = _wait(demande.pk, attente)
    values = _values(publication)
    if publication.etat == Etat.A_APPROUVER:
        show(values, f"La demande n° {demande.pk} attend une seconde personne : espace liste approuver {demande.pk}.", as_json=json)
        return
    if publication.code:
        show(values, f"Publication refusée ({publication.code}) ; la liste précédente reste en vigueur.", as_json=json)
        raise typer.Exit(1)
    sentence = f"Liste n° {publication.sequence} publiée : {publication.domaines} domaines, SHA-256 {publication.sha256}."
    show(values, sentence, as_json=json)


def a_approuver(config: Config = None, json: Json = False) -> None:
    """Show what waits for a second person."""
    begin(config)
    from espace.liste_blanche import queries  # noqa: PLC0415 - Django must be set up first

    change = queries.pending_change()
    lines = [f"+ {row.db}  {row.dn_certificat_operateur}" for row in change.added]
    lines += [f"- {row.db}  {row.dn_certificat_operateur}" for row in change.removed]
    lines += [f"~ {one.after.db}  {', '.join(one.fields)}" for one in change.changed]
    demandes = [
        {"demande": one.pk, "auteur": one.auteur, "lignes_sha256": one.publication.lignes_sha256}  # type: ignore[attr-defined]  # reverse name of Publication.demande
        for one in queries.to_approve()
    ]
    sentences = [f"Demande n° {one['demande']} de {one['auteur']}, lignes {one['lignes_sha256']}" for one in demandes]
    show({"demandes": demandes, "changements": lines}, "\n".join([*(sentences or ["Aucune demande n'attend."]), *lines]), as_json=json)


def approuver(demande: Numero, config: Config = None, lignes: Lignes = "", json: Json = False) -> None:
    """Approve a demande."""
    _answer(config, demande, lignes, json, approve=True)


def rejeter(demande: Numero, config: Config = None, lignes: Lignes = "", json: Json = False) -> None:
    """Reject a demande."""
    _answer(config, demande, lignes, json, approve=False)


def _answer(config: Path | None, demande_id: int, lignes: str, as_json: bool, *, approve: bool) -> None:
    begin(config)
    from espace.liste_blanche import queries  # noqa: PLC0415 - Django must be set up first
    from espace.liste_blanche.actions import answer  # noqa: PLC0415 - as above
    from espace.liste_blanche.states import Avis  # noqa: PLC0415 - as above

    waiting = queries.waiting_approval(demande_id)
    shown = lignes or (waiting.lignes_sha256 if waiting else "")
    avis = Avis.APPROUVE if approve else Avis.REJETE
    given = answer(demande_id, avis, lignes_sha256=shown, auteur=at_keyboard(), now=datetime.now(UTC))
    show({"demande": demande_id, "avis": given.avis}, f"La demande n° {demande_id} est {avis.label}.", as_json=as_json)


def alarmes(
    config: Config = None,
    fermer: Annotated[int | None, typer.Option("--fermer", help="Numéro d'une alarme à fermer.", metavar="N")] = None,
    json: Json = False,
) -> None:
    """Show the open alarms, after closing one when asked."""
    begin(config)
    from espace.alarmes import queries  # noqa: PLC0415 - Django must be set up first
    from espace.alarmes.actions import close  # noqa: PLC0415 - as above

    if fermer is not None:
        close(fermer, auteur=at_keyboard(), now=datetime.now(UTC))
    rows = [
        {"alarme": one.pk, "code": one.code, "depuis": one.depuis.isoformat(), "message": one.message, "remede": one.remede}
        for one in queries.open_alarms()
    ]
    sentences = [f"n° {row['alarme']} depuis {row['depuis']} ({row['code']}) : {row['message']}" for row in rows]
    show({"alarmes": rows}, "\n".join(sentences) or "Aucune alarme ouverte.", as_json=json)


def presence(
    db: Annotated[str, typer.Argument(help="Nom de la DRIMbox.")],
    instant: Annotated[datetime, typer.Argument(help="Instant, avec son décalage horaire : 2026-11-22T10:00:00+01:00.", formats=_INSTANTS)],
    config: Config = None,
    json: Json = False,
) -> None:
    """Answer « was this name in the list at that second, and under which DN? »; exit 1 when it was not."""
    if instant.tzinfo is None:
        raise typer.BadParameter("Donnez le décalage horaire, par exemple +01:00 ou +00:00.", param_hint="INSTANT")
    begin(config)
    from espace.liste_blanche.historique import at  # noqa: PLC0415 - Django must be set up first

    found = at(db, instant)
    dns = list(found.dns) if found else []
    values = {"db": db, "instant": instant.isoformat(), "presente": bool(dns), "dns": dns}
    values |= {"sequence": found.sequence, "sha256": found.sha256} if found else {}
    place = f"liste n° {found.sequence}, SHA-256 {found.sha256}" if found else "aucune liste n'était en vigueur"
    show(values, f"{db} {'était' if dns else 'n’était pas'} dans la liste ({place})." + "".join(f"\n  {dn}" for dn in dns), as_json=json)
    if not dns:
        raise typer.Exit(1)


def _wait(demande_id: int, seconds: float) -> Publication:
    from espace.liste_blanche.queries import outcome, waiting_approval  # noqa: PLC0415 - Django must be set up first

    limit = time.monotonic() + seconds
    while (publication := outcome(demande_id) or waiting_approval(demande_id)) is None:
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
