# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the machine looks at in a Déclaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from espace.acteurs.architectures import Architecture
from espace.guichet.formulaires.declaration import DeclarationLue
from espace.guichet.models import Dossier, Piece
from espace.guichet.natures import Verdict
from espace.guichet.pieces import PDF
from espace.guichet.queries import contents_elsewhere
from espace.guichet.verification import Constat
from espace.instruction import queries

RESOLUTION = "hote_resolu"
"""Code of the check that waits for the network."""


def examine(dossier: Dossier, lue: DeclarationLue, pieces: list[Piece]) -> Iterator[Constat]:
    """Yield what is found in a declaration; the names are resolved later, by the process ``ouvrier``."""
    yield _names(lue)
    yield from _architecture(lue)
    yield from _hosts(dossier, lue)
    yield from _sirens(dossier, lue)
    yield from cgi(dossier, pieces)


def _names(lue: DeclarationLue) -> Constat:
    detail = _("%(pacs)d PACS, donc %(pacs)d couples et %(names)d noms") % {"pacs": lue.nombre_pacs, "names": 2 * lue.nombre_pacs}
    return Constat("noms", _("Nombre de noms à attribuer"), Verdict.CONFORME, "", detail)


def _architecture(lue: DeclarationLue) -> Iterator[Constat]:
    counted = _("%(ris)d RIS et %(pacs)d PACS") % {"ris": lue.nombre_ris, "pacs": lue.nombre_pacs}
    libelle = _("Architecture annoncée")
    if lue.architecture is Architecture.SIMPLE and max(lue.nombre_ris, lue.nombre_pacs) > 1:
        yield Constat("architecture", libelle, Verdict.A_VERIFIER, "", _("Un cas simple relie un RIS et un PACS ; ici %s.") % counted)
    else:
        yield Constat("architecture", libelle, Verdict.CONFORME, "", f"{lue.architecture.label}, {counted}")


def _hosts(dossier: Dossier, lue: DeclarationLue) -> Iterator[Constat]:
    counted = Counter(name for pair in lue.hotes for name in dict.fromkeys((pair.hote_db, pair.hote_vi)))
    held = queries.couples_by_host(counted)
    for host, count in counted.items():
        yield Constat("hote_zone", _("Hôte hors de la zone, sans boucle"), Verdict.CONFORME, host)
        yield _shared(host, count)
        mine = sorted(couple.db for couple in held.get(host, ()) if couple.operateur_id == dossier.operateur_id)  # type: ignore[attr-defined]  # column of the key
        others = sorted(couple.db for couple in held.get(host, ()) if couple.operateur_id != dossier.operateur_id)  # type: ignore[attr-defined]  # column of the key
        libelle = _("Hôte déjà cible d'un autre nom")
        if mine:
            yield Constat("hote_connu", libelle, Verdict.A_VERIFIER, host, _("Déjà cible de : %s") % ", ".join(mine[:10]))
        if others:
            detail = _("Déjà cible de noms d'un autre Opérateur : %s") % ", ".join(others[:10])
            yield Constat("hote_etranger", libelle, Verdict.A_VERIFIER, host, detail, interne=True)
        yield Constat(RESOLUTION, _("L'hôte répond dans le DNS"), Verdict.EN_ATTENTE, host)


def _shared(host: str, count: int) -> Constat:
    libelle = _("Un hôte par PACS")
    if count == 1:
        return Constat("hote_partage", libelle, Verdict.CONFORME, host)
    return Constat("hote_partage", libelle, Verdict.A_VERIFIER, host, _("Le même hôte sert %d PACS de cette demande.") % count)


def _sirens(dossier: Dossier, lue: DeclarationLue) -> Iterator[Constat]:
    known = queries.commandes_by_siren([client.siren for client in lue.clients])
    for client in lue.clients:
        yield Constat("siren", _("SIREN valide"), Verdict.CONFORME, client.siren)
        earlier = known.get(client.siren, ())
        mine = [one for one in earlier if one == dossier.operateur.pk]
        libelle = _("SIREN déjà connu d'une Commande")
        if mine:
            detail = _("Déjà dans %d Commande de cet Opérateur : est-ce bien un autre Site ?") % len(mine)
            yield Constat("siren_connu", libelle, Verdict.A_VERIFIER, client.siren, detail)
        if len(mine) < len(earlier):
            detail = _("Déjà dans une Commande d'un autre Opérateur : bascule, ou second équipement ?")
            yield Constat("siren_ailleurs", libelle, Verdict.A_VERIFIER, client.siren, detail, interne=True)


def cgi(dossier: Dossier, pieces: list[Piece]) -> Iterator[Constat]:
    """Yield what is seen of the CGI from outside: the container stays opaque."""
    elsewhere = contents_elsewhere(dossier, pieces)
    for piece in pieces:
        if piece.type == PDF:
            yield Constat("piece", _("Pièce reçue"), Verdict.A_VERIFIER, piece.nom, _("PDF en clair : le texte attend un conteneur ZED."))
        else:
            yield Constat("piece", _("Pièce reçue"), Verdict.CONFORME, piece.nom, _("conteneur, non ouvert"))
        if piece.sha256 in elsewhere:
            detail = _("Le même fichier accompagne une autre demande : il en faut un par installation.")
            yield Constat("piece_repetee", _("Pièce propre à cette demande"), Verdict.A_VERIFIER, piece.nom, detail)
