# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the Registre: what the console does, for a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

if TYPE_CHECKING:
    from espace.registre.models import CoupleFqdn

Db = Annotated[str, typer.Argument(help="Nom de la DRIMbox, par exemple db1.349.mesimagesmedicales.fr.")]

_MANY_DAYS = 10_000
"""What nobody asks for: the rule then says what is admitted."""
_DECLARER = """Déclarer une Commande (fichier JSON) et attribuer ses couples de FQDN.

\b
{"operateur": {"denomination": …, "siret": …, "support_mail": …,
               "support_telephone": …, "description": …, "adresse": …,
               "contact_projet": …, "contact_technique": …},
 "clients": [{"siren": …, "denomination": …}],
 "site": "libellé du site",
 "pacs": [{"hote_db": …, "hote_vi": …, "libelle": …}]}

Sont obligatoires : denomination, siret, support_mail, siren, hote_db et hote_vi. La réponse est en JSON.
"""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("declarer", help=_DECLARER)(declarer)
    app.command("attribuer", help="Attribuer les couples de FQDN d'une Commande déclarée sans eux.")(attribuer)
    app.command("integrer", help="Intégrer une DRIMbox déclarée : son DN entre dans la prochaine liste.")(integrer)
    app.command("remplacer-dn", help="Remplacer le certificat SERV_SSL d'une DRIMbox de la liste : son nouveau DN, et l'ancien un temps.")(
        remplacer_dn
    )
    app.command("exclure", help="Exclure une DRIMbox et demander la publication de la liste sans elle.")(exclure)


def declarer(
    document: Annotated[Path, typer.Option("--json", help="Déclaration, au format décrit ci-dessus.", metavar="FICHIER")],
    config: Config = None,
    id_registre: Annotated[str | None, typer.Option(help="ID_Registre à reprendre ; par défaut le numéro suivant.")] = None,
    sans_attribution: Annotated[bool, typer.Option("--sans-attribution", help="Déclarer seulement.")] = False,
) -> None:
    """Declare a Commande, then give its couples; print JSON."""
    begin(config)
    from espace.registre import actions  # noqa: PLC0415 - Django must be set up first
    from espace.registre.declaration import read_declaration  # noqa: PLC0415 - as above

    zone = _zone()
    commande_declaree, hotes = read_declaration(document, zone=zone)
    commande = actions.declare(commande_declaree, hotes, auteur=at_keyboard(), now=datetime.now(UTC))
    couples: list[CoupleFqdn] = []
    if not sans_attribution:
        couples = actions.give_couples(commande.pk, zone=zone, auteur=at_keyboard(), now=datetime.now(UTC), id_registre=id_registre)
    show(_commande(commande.pk, couples), "", as_json=True)


def attribuer(
    commande: Annotated[int, typer.Argument(help="Numéro de la Commande.")],
    config: Config = None,
    id_registre: Annotated[str | None, typer.Option(help="ID_Registre à reprendre ; par défaut le numéro suivant.")] = None,
    json: Json = False,
) -> None:
    """Give the couples of a Commande."""
    begin(config)
    from espace.registre import actions  # noqa: PLC0415 - Django must be set up first

    couples = actions.give_couples(commande, zone=_zone(), auteur=at_keyboard(), now=datetime.now(UTC), id_registre=id_registre)
    names = ", ".join(couple.db for couple in couples)
    show(_commande(commande, couples), f"Attribués : {names}.", as_json=json)


def integrer(
    db: Db,
    dn: Annotated[str, typer.Option("--dn", help="DN du certificat SERV_SSL.")],
    config: Config = None,
    identifiant: Annotated[int | None, typer.Option(min=1, help="Identifiant interne DRIM-M ; par défaut le numéro suivant.")] = None,
    json: Json = False,
) -> None:
    """Integrate a Drimbox."""
    begin(config)
    from espace.instruction.entree.actions import let_in  # noqa: PLC0415 - Django must be set up first

    drimbox = let_in(db, dn, identifiant=identifiant, auteur=at_keyboard(), at=datetime.now(UTC))
    values = {"db": db, "statut": drimbox.statut, "identifiant": drimbox.identifiant, "dn": drimbox.dn_serv_ssl}
    show(values, f"{db} est intégrée ; elle sera dans la prochaine liste publiée.", as_json=json)


def remplacer_dn(
    db: Db,
    dn: Annotated[str, typer.Option("--dn", help="DN du nouveau certificat SERV_SSL.")],
    config: Config = None,
    recouvrement: Annotated[
        int | None,
        typer.Option(help="Jours pendant lesquels la liste admet les deux certificats ; 0 si l'ancien est compromis, 30 par défaut."),
    ] = None,
    json: Json = False,
) -> None:
    """Name a Drimbox of the list under the DN of its new certificate."""
    begin(config)
    from django.utils import timezone  # noqa: PLC0415 - as below

    from espace.registre.certificats.actions import replace_dn  # noqa: PLC0415 - Django must be set up first
    from espace.registre.certificats.rules import RECOUVREMENT  # noqa: PLC0415 - as above

    overlap = RECOUVREMENT if recouvrement is None else timedelta(days=min(max(recouvrement, -1), _MANY_DAYS))
    now = datetime.now(UTC)
    drimbox = replace_dn(db, dn, recouvrement=overlap, auteur=at_keyboard(), now=now)
    values = {"db": db, "dn": drimbox.dn_serv_ssl, "recouvrement_jusqua": (now + overlap).isoformat() if overlap else None}
    until = f" L'ancien reste admis jusqu'au {timezone.localtime(now + overlap):%d/%m/%Y}." if overlap else " L'ancien n'est plus admis."
    show(values, f"{db} est nommée sous son nouveau DN dans la prochaine liste publiée.{until}", as_json=json)


def exclure(
    db: Db,
    motif: Annotated[str, typer.Option("--motif", help="indisponibilite, cyber, va_en_retard ou sanction.")],
    expose: Annotated[str, typer.Option("--expose", help="Le motif en toutes lettres : il est notifié par écrit à l'Opérateur.")],
    config: Config = None,
    remediation: Annotated[
        int | None, typer.Option(help="Jours laissés pour remédier à la cause ; par défaut, aucun délai n'est dit.")
    ] = None,
    json: Json = False,
) -> None:
    """Exclude a Drimbox, as an agent does from the console: notice, Météo and dossiers included."""
    begin(config)
    from espace.acteurs.acteur import Acteur, Qui  # noqa: PLC0415 - Django must be set up first
    from espace.instruction import actions  # noqa: PLC0415 - as above
    from espace.registre.states import Motif, Statut  # noqa: PLC0415 - as above

    if motif not in Motif.values:
        raise typer.BadParameter(f"Motifs : {', '.join(Motif.values)}.", param_hint="--motif")
    agent = Acteur(at_keyboard(), Qui.AGENT)
    exclusion = actions.exclure(db, Motif(motif), expose, agent, at=datetime.now(UTC), remediation_jours=remediation)
    values = {"db": exclusion.couple.db, "statut": Statut.EXCLUE.value, "motif": exclusion.motif, "exclusion": exclusion.pk}
    show(values, f"{exclusion.couple.db} est exclue : l'Opérateur est prévenu, la publication de la liste est demandée.", as_json=json)


def _zone() -> str:
    from espace.config import current  # noqa: PLC0415 - read after --config

    return current().zone.name


def _commande(commande_id: int, couples: list[CoupleFqdn]) -> dict[str, Any]:
    return {
        "commande": commande_id,
        "id_registre": couples[0].id_registre.label if couples else None,
        "couples": [{"number": c.number, "db": c.db, "vi": c.vi, "hote_db": c.pacs.hote_db, "hote_vi": c.pacs.hote_vi} for c in couples],
    }
