# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the zone: where its publication stands, what drifts, repair, export."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

if TYPE_CHECKING:
    from espace.zone.states import Travail

_POLL_SECONDS = 0.1
zone_app = typer.Typer(help="Zone DNS : état, publication, comparaison, export, CAA.", no_args_is_help=True)
Attente = Annotated[float, typer.Option(min=0, help="Attente maximale, en secondes.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    zone_app.command("etat", help="Montrer où en est la publication : serveurs de noms, couples, écarts.")(etat)
    zone_app.command("comparer", help="Comparer la zone entière au Registre ; sort en 1 s'il y a des écarts.")(comparer)
    zone_app.command("publier", help="Publier de nouveau les noms qui dérivent.")(publier)
    zone_app.command("export", help="Écrire la zone en fichier maître (RFC 1035).")(export)
    zone_app.command("caa", help="Montrer les CAA d'un nom et de l'hôte où il mène : qui peut émettre son certificat.")(caa)
    app.add_typer(zone_app, name="zone")


def etat(config: Config = None, json: Json = False) -> None:
    """Show where the publication stands."""
    begin(config)
    values = _values()
    show(values, _sentences(values), as_json=json)


def comparer(config: Config = None, attente: Attente = 120.0, json: Json = False) -> None:
    """Ask for a comparison and wait for it; exit 1 when something differs."""
    begin(config)
    from espace.zone.states import Travail  # noqa: PLC0415 - Django must be set up first

    _ask(Travail.COMPARER, attente, as_json=json)


def publier(
    config: Config = None,
    nettoyer: Annotated[bool, typer.Option("--nettoyer", help="Retirer aussi de la zone les noms que le Registre ne connaît pas.")] = False,
    attente: Attente = 120.0,
    json: Json = False,
) -> None:
    """Ask for a repair and wait for it; exit 1 when something still differs."""
    begin(config)
    from espace.zone.states import Travail  # noqa: PLC0415 - Django must be set up first

    _ask(Travail.NETTOYER if nettoyer else Travail.REPARER, attente, as_json=json)


def export(
    config: Config = None,
    sortie: Annotated[Path | None, typer.Option("--sortie", help="Fichier à écrire ; par défaut la sortie.", metavar="FICHIER")] = None,
) -> None:
    """Write the master file."""
    begin(config)
    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.registre import queries  # noqa: PLC0415 - Django must be set up first
    from espace.zone.fichier import lines  # noqa: PLC0415 - as above
    from espace.zone.vue import build  # noqa: PLC0415 - as above

    serial = queries.zone_serial()
    view = build(current().zone, queries.zone_names(), serial)
    if sortie is None:
        sys.stdout.writelines(lines(view))
        return
    try:
        with sortie.open("x", encoding="ascii") as file:
            file.writelines(lines(view))
    except OSError as error:
        raise typer.BadParameter(f"Le fichier ne peut pas être écrit ({type(error).__name__}).", param_hint="--sortie") from None
    typer.echo(f"Zone {current().zone.name} n° {serial} écrite : {len(view.cnames)} noms.")


def caa(
    nom: Annotated[str, typer.Argument(help="Nom dont le certificat sera commandé.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show who may issue a certificate for a name."""
    begin(config)
    from dataclasses import asdict  # noqa: PLC0415 - needed by this command alone

    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.zone.caa import constat  # noqa: PLC0415 - as above
    from espace.zone.cibles import canonical_host  # noqa: PLC0415 - as above
    from espace.zone.resolution import resolveur  # noqa: PLC0415 - as above

    found = constat(canonical_host(nom), resolveur(current().zone.controle))
    show(asdict(found), "\n".join(found.phrases), as_json=json)


def _ask(travail: Travail, attente: float, *, as_json: bool) -> None:
    from espace.zone import actions, queries  # noqa: PLC0415 - Django must be set up first
    from espace.zone.errors import ZoneMuette  # noqa: PLC0415 - as above

    demande = actions.demander(travail, auteur=at_keyboard(), now=datetime.now(UTC))
    limit = time.monotonic() + attente
    while (answered := queries.demande(demande.pk)) is None or answered.faite_le is None:
        if time.monotonic() >= limit:
            trouble = queries.etat_zone().detail
            raise ZoneMuette(f"La demande n° {demande.pk} n'a pas reçu de réponse en {attente:.0f} s. {trouble}".strip())
        time.sleep(_POLL_SECONDS)
    values = {**_values(), "demande": demande.pk, "resultat": answered.detail}
    show(values, "\n".join([answered.detail, *(_ecart(one) for one in values["ecarts"])]), as_json=as_json)
    if values["ecarts"]:
        raise typer.Exit(1)


def _values() -> dict[str, Any]:
    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.zone import queries  # noqa: PLC0415 - Django must be set up first

    row = queries.etat_zone()
    return {
        "zone": current().zone.name,
        "adaptateur": row.adaptateur or current().zone.adaptateur,
        "serial": row.serial,
        "comparee_le": row.comparee_le.isoformat() if row.comparee_le else None,
        "code": row.code or None,
        "detail": row.detail,
        "echecs": row.echecs,
        "serveurs": row.serveurs,
        "couples": {etat.value: count for etat, count in queries.compte().items()},
        "ecarts": [
            {"nom": one.nom, "nature": one.nature, "attendu": one.attendu, "trouve": one.trouve, "depuis": one.depuis.isoformat()}
            for one in queries.ecarts()
        ],
    }


def _sentences(values: dict[str, Any]) -> str:
    couples = values["couples"]
    lines = [f"Zone {values['zone']} (adaptateur {values['adaptateur']}), numéro de série {values['serial']}."]
    lines += [f"  {one['nom']} ({one['adresse']}) : {one['serial'] or 'muet'} {one['detail']}".rstrip() for one in values["serveurs"]]
    lines.append(f"Couples : {couples['publiee']} publiés, {couples['a_publier']} à publier, {couples['derive']} en dérive.")
    if values["code"]:
        lines.append(f"En panne ({values['code']}, {values['echecs']} essais) : {values['detail']}")
    return "\n".join([*lines, *(_ecart(one) for one in values["ecarts"])])


def _ecart(one: dict[str, Any]) -> str:
    return f"  {one['nom']} ({one['nature']}) : attendu {one['attendu'] or 'rien'}, trouvé {one['trouve'] or 'rien'}"
