# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the head: where it stands, its keys, and a signature made by hand with the spare one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from confiance.errors import OwnError
from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

tete_app = typer.Typer(help="Tête de la liste : état, clés, signature à la main.", no_args_is_help=True)
Sortie = Annotated[Path, typer.Option("--sortie", help="Fichier à écrire ; il ne doit pas exister.", metavar="FICHIER")]


class SansTete(OwnError):
    """The settings have no keys of heads."""

    code = "tete.non_configuree"
    message = "Aucune tête n'est configurée."
    remede = "Ajoutez la table [liste_blanche.tete] à la configuration."


class FichierImpossible(OwnError):
    """A file given to the command cannot be read or written."""

    code = "tete.fichier"
    message = "Le fichier ne peut pas être lu, ou existe déjà."
    remede = "Vérifiez le chemin et les droits ; les commandes n'écrasent aucun fichier."


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    tete_app.command("etat", help="Montrer la tête en vigueur, celle qui attend et qui l'a signée, et les clés à venir.")(etat)
    tete_app.command("cle", help="Engendrer une clé Ed25519 : la clé privée (0600) et la clé publique.")(cle)
    tete_app.command("charge", help="Écrire le contenu de la tête qui attend, pour le signer ailleurs.")(charge)
    tete_app.command("cosigner", help="Signer ce contenu à la main avec une clé, sur une machine sans base ni configuration.")(cosigner)
    tete_app.command("deposer", help="Déposer une signature faite à la main.")(deposer)
    tete_app.command("reprendre", help="Redonner sa mémoire au témoin d'après la tête en vigueur, vérifiée par une personne.")(reprendre)
    app.add_typer(tete_app, name="tete")


def etat(config: Config = None, json: Json = False) -> None:
    """Show where the head stands."""
    begin(config)
    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.tete import cles, queries  # noqa: PLC0415 - Django must be set up first
    from espace.tete.composition import content  # noqa: PLC0415 - as above
    from espace.tete.recues import present_keys, true_signatures  # noqa: PLC0415 - as above

    settings = current().liste_blanche.tete
    if settings is None:
        raise SansTete
    wanted, head, waiting = cles.announced(settings), queries.current(), queries.en_attente()
    present = present_keys(wanted)
    values: dict[str, Any] = {
        "numero": head.numero if head else None,
        "sequence": head.sequence if head else None,
        "next_update": head.next_update.isoformat() if head else None,
        "taille": queries.taille(),
        "cles": [one.id for one in present.cles],
        "seuil": present.seuil,
        "cles_suivantes": [one.id for one in wanted.cles] if wanted != present else [],
        "en_attente": waiting.numero if waiting else None,
        "signee_par": [],
    }
    if waiting is not None:
        sets = (present, content(waiting).trousseau)
        values["signee_par"] = sorted(true_signatures(bytes(waiting.charge), queries.signatures(waiting), sets))
    show(values, _sentences(values), as_json=json)


def cle(
    nom: Annotated[str, typer.Argument(help="Nom de la clé : lettres, chiffres, points et tirets.")],
    dossier: Annotated[Path, typer.Option("--dossier", help="Dossier où écrire NOM.key et NOM.pub.")],
) -> None:
    """Make a pair of keys."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - needed by this command alone
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    from confiance.transparence.cles import is_key_id  # noqa: PLC0415 - as above

    if not is_key_id(nom):
        raise typer.BadParameter("1 à 64 lettres, chiffres, points, tirets ou soulignés.", param_hint="NOM")
    key = Ed25519PrivateKey.generate()
    _write(dossier / f"{nom}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    _write(dossier / f"{nom}.pub", key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    typer.echo(f"{dossier / nom}.key (à garder secrète) et {dossier / nom}.pub sont écrits.")


def charge(sortie: Sortie, config: Config = None) -> None:
    """Write the payload of the head that waits."""
    begin(config)
    from espace.tete.depose import waiting  # noqa: PLC0415 - Django must be set up first

    tete = waiting()
    _write(sortie, bytes(tete.charge))
    typer.echo(f"Contenu de la tête n° {tete.numero} (SHA-256 {tete.sha256}) écrit dans {sortie}.")


def cosigner(
    contenu: Annotated[Path, typer.Argument(help="Contenu écrit par « charge ».")],
    nom: Annotated[str, typer.Option("--id", help="Nom de la clé.")],
    fichier: Annotated[Path, typer.Option("--cle", help="Clé privée PEM, fichier 0600.")],
    sortie: Sortie,
) -> None:
    """Sign a payload by hand; nothing but these files is read."""
    from confiance.exploitation.settings import read_secret  # noqa: PLC0415 - needed by this command alone
    from confiance.transparence.cles import ClePrivee  # noqa: PLC0415 - as above
    from confiance.transparence.jws import sign_payload  # noqa: PLC0415 - as above
    from espace.tete.papier import read_head, write  # noqa: PLC0415 - as above

    payload = _read(contenu)
    head = read_head(payload)
    key = ClePrivee.from_pem(nom, read_secret(fichier.absolute()).reveal().encode())
    _write(sortie, write(sign_payload(payload, key)))
    typer.echo(f"Tête n° {head.numero}, liste n° {head.sequence}, établie le {head.this_update.isoformat()} : signée dans {sortie}.")


def deposer(
    signature: Annotated[Path, typer.Argument(help="Signature écrite par « cosigner ».")], config: Config = None, json: Json = False
) -> None:
    """Bring a signature made by hand."""
    begin(config)
    from espace.tete.depose import deposit  # noqa: PLC0415 - Django must be set up first
    from espace.tete.papier import read  # noqa: PLC0415 - as above

    made = read(_read(signature))
    tete = deposit(made, auteur=at_keyboard(), now=datetime.now(UTC))
    show(
        {"numero": tete.numero, "cle": made.key_id}, f"La signature de {made.key_id} sur la tête n° {tete.numero} est reçue.", as_json=json
    )


def reprendre(config: Config = None, json: Json = False) -> None:
    """Give the témoin its memory again."""
    begin(config, "temoin")
    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.tete.temoin import resume  # noqa: PLC0415 - Django must be set up first

    settings = current().liste_blanche.tete
    if settings is None:
        raise SansTete
    repere = resume(settings)
    show(repere.as_json(), f"Le témoin reprend après la tête n° {repere.numero} (SHA-256 {repere.sha256}).", as_json=json)


def _sentences(values: dict[str, Any]) -> str:
    lines = [
        f"Tête n° {values['numero']}, liste n° {values['sequence']}, la suivante avant {values['next_update']}."
        if values["numero"]
        else "Aucune tête n'est en vigueur."
    ]
    lines.append(f"Journal des listes : {values['taille']} listes. Clés : {', '.join(values['cles'])} ; seuil {values['seuil']}.")
    if values["cles_suivantes"]:
        lines.append(f"Clés annoncées par la prochaine tête : {', '.join(values['cles_suivantes'])}.")
    if values["en_attente"]:
        lines.append(f"La tête n° {values['en_attente']} attend ; signée par : {', '.join(values['signee_par']) or 'personne'}.")
    return "\n".join(lines)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1 << 20)
    except OSError as error:
        raise FichierImpossible(f"Le fichier {path} ne peut pas être lu ({type(error).__name__}).") from None


def _write(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    try:
        path.touch(mode=mode, exist_ok=False)
        path.write_bytes(data)
    except OSError as error:
        raise FichierImpossible(f"Le fichier {path} ne peut pas être écrit ({type(error).__name__}).") from None
