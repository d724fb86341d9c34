# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers for the tests of the Espace: an entitled Operateur, what it sends, and what the other processes do meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.espace_donnees import CLIENT_CANARY, SIREN, SIRET, SITE_CANARY, ZONE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
AUTRE_SIRET = "35600000000048"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
ZED = bytes.fromhex("d0cf11e0a1b11ae1") + b"conteneur" * 40


def operateur(siret: str = SIRET, denomination: str = "Opérateur d'Essai", *, entitled: bool = True, now: datetime = NOW) -> Any:
    """Register an Operateur, entitled to declare."""
    from espace.acteurs.actions import register_operateur
    from espace.acteurs.rules import OperateurDeclare

    declare = OperateurDeclare(denomination, siret, f"support@{siret}.test", "01 23 45 67 89", contact_projet=f"projet@{siret}.test")
    made = register_operateur(declare, auteur="essai", now=now)
    if entitled:
        entitle(made, now=now)
    return made


def entitle(made: Any, *, now: datetime = NOW, until: date | None = None) -> None:
    """Meet every condition of an Operateur."""
    from espace.conditions.models import ConteneurZed, Prerequis
    from espace.conditions.rules import TEXTES, CodePrerequis

    common = {"operateur": made, "preuve": "essai", "fait_le": now.date(), "accepte_par": "essai", "accepte_le": now}
    Prerequis.objects.bulk_create(
        Prerequis(condition=code.value, valable_jusqu_au=until, **common) for code in TEXTES if code is not CodePrerequis.CONTENEUR_ZED
    )
    ConteneurZed.objects.create(operateur=made, demande_par="essai", demande_le=now, attribue_le=now, attribue_par="essai")


def personne(made: Any, login: str = "alice") -> Any:
    """A person of an Operateur."""
    from espace.acteurs.acteur import Acteur, Qui

    return Acteur(login, Qui.OPERATEUR, made.pk)


def agent(login: str = "agent") -> Any:
    """An agent of the administrateur."""
    from espace.acteurs.acteur import Acteur, Qui

    return Acteur(login, Qui.AGENT)


def declaration(pacs: int = 1, *, prefix: str = "", **changes: Any) -> dict[str, Any]:
    """Return what an Operateur types in a declaration."""
    rows = [
        {"hote_db": f"{prefix}db{n}.operateur.test", "hote_vi": f"{prefix}vi{n}.operateur.test", "libelle": f"PACS {n}"}
        for n in range(1, pacs + 1)
    ]
    return {"site": SITE_CANARY, "sirens": [SIREN], "nombre_pacs": pacs, "pacs": rows, "commentaire": CLIENT_CANARY, **changes}


def dn(db: str, **changes: str) -> str:
    """Return the DN of a SERV_SSL certificate, as an Operateur types it."""
    values = {"CN": db, "OU": "373282932000074", "O": "Opérateur d'Essai", "ST": "Paris (75)", "C": "FR", **changes}
    return ", ".join(f"{name}={value}" for name, value in values.items())


def deposer_declaration(made: Any, pacs: int = 1, *, now: datetime = NOW, prefix: str = "", **changes: Any) -> Any:
    """Open, fill and submit a declaration."""
    from espace.guichet import actions as guichet
    from espace.guichet.natures import Nature
    from espace.instruction import actions

    who = personne(made)
    dossier = actions.ouvrir("declaration", made, who, at=now)
    guichet.enregistrer(dossier.pk, declaration(pacs, prefix=prefix, **changes), who, at=now)
    guichet.deposer_piece(dossier.pk, Nature.CGI, "cgi.zed", ZED + dossier.numero.encode(), who, at=now)
    return actions.avancer(dossier.pk, "submit", who, at=now)


def declarer(made: Any, pacs: int = 1, *, now: datetime = NOW, prefix: str = "") -> Any:
    """Submit a declaration and accept it: its couples are given."""
    from espace.instruction import actions

    return actions.avancer(deposer_declaration(made, pacs, now=now, prefix=prefix).pk, "accept", agent(), at=now)


def publier_noms(espace: Any, now: datetime = NOW) -> None:
    """Do what the process zone does: every name is written, then seen on every name server."""
    from espace.config import current
    from espace.registre.models import CoupleFqdn
    from espace.zone.actions import note_published, note_written
    from espace.zone.attente import CoupleAPublier
    from espace.zone.queries import cibles

    with espace.role("zone"):
        held = CoupleFqdn.objects.select_related("pacs", "drimbox")
        rows = [CoupleAPublier(couple.pk, couple.db, couple.vi, cibles(couple), 2) for couple in held]
        note_written(rows, 2, now=now, detail="")
        note_published(rows, 2, now=now, details={})
    assert current().zone.name == ZONE


def deposer_integration(made: Any, commande: Any, *, now: datetime = NOW, **changes: Any) -> Any:
    """Open, fill and submit the integration of every couple of a Commande."""
    from espace.guichet import actions as guichet
    from espace.instruction import actions
    from espace.registre.queries import couples_of

    who = personne(made)
    dossier = actions.ouvrir("integration", made, who, at=now, commande=commande)
    donnees = {
        "denomination": made.denomination,
        "support_telephone": "01 98 76 54 32",
        "support_mail": "support@operateur.test",
        "certificats": [{"db": couple.db, "dn": dn(couple.db)} for couple in couples_of(commande.pk)],
        **changes,
    }
    guichet.enregistrer(dossier.pk, donnees, who, at=now)
    return actions.avancer(dossier.pk, "submit", who, at=now)


def integrer(made: Any, commande: Any, *, now: datetime = NOW) -> Any:
    """Submit an integration, judge its conditions valid and accept it."""
    from espace.instruction import actions

    dossier = deposer_integration(made, commande, now=now)
    actions.avancer(dossier.pk, "validate", agent(), at=now)
    return actions.avancer(dossier.pk, "accept", agent(), at=now)


def publier_liste(espace: Any, now: datetime = NOW) -> None:
    """Do what the process signataire does with the demandes that wait."""
    from espace.config import current
    from espace.liste_blanche import queries
    from espace.liste_blanche.publication import Clock, Limits, Publisher

    clock = [now]

    def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=seconds)

    with espace.role("signataire"):
        publisher = Publisher(current().liste_blanche, zone=ZONE, clock=Clock(lambda: clock[0], sleep), limits=Limits(attempts=2))
        while (demande := queries.oldest_waiting()) is not None:
            publisher.publish(demande)


def va_de(dossier: Any) -> Any:
    """Return the dossier of the document de VA that an integration opened."""
    from espace.guichet.models import Dossier

    return Dossier.objects.get(parent=dossier, parcours="va")


def va_attendue(espace: Any, made: Any, now: datetime = NOW) -> Any:
    """Take an Operateur from the Déclaration to the provisional entry; return the dossier of its document de VA, awaited."""
    from espace.instruction.echeances import relancer

    commande = declarer(made, now=now).commande
    publier_noms(espace, now)
    asked = integrer(made, commande, now=now)
    publier_liste(espace, now)
    relancer(now)
    return va_de(asked)


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run works in real threads, each with its own connection, begun at the same instant; return results and errors."""
    from django.db import connection

    from confiance.errors import DrimmError

    barrier, told = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        barrier.wait(30)
        try:
            told.append(work())
        except DrimmError as error:
            told.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told
