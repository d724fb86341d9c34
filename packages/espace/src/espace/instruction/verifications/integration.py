# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the machine looks at in an Intégration."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from espace.guichet.formulaires.integration import IntegrationLue
from espace.guichet.models import Dossier
from espace.guichet.natures import Verdict
from espace.guichet.verification import Constat
from espace.instruction import queries
from espace.instruction.verifications import dn
from espace.registre.models import CoupleFqdn
from espace.registre.rules import normalise
from espace.registre.states import Statut
from espace.zone.queries import etats
from espace.zone.states import Etat as Publication


def examine(dossier: Dossier, lue: IntegrationLue) -> Iterator[Constat]:
    """Yield what is found in an integration."""
    couples = {couple.db: couple for couple in queries.couples_of(dossier)}
    known = etats(couples.values())
    published = {db for db, couple in couples.items() if known[couple.pk].etat is Publication.PUBLIEE}
    yield _denomination(dossier, lue)
    for certificat in lue.certificats:
        yield from _name(certificat.db, couples.get(certificat.db), published)
        yield from dn.examine(certificat.dn, db=certificat.db)
    yield _left(couples, {certificat.db for certificat in lue.certificats})


def _denomination(dossier: Dossier, lue: IntegrationLue) -> Constat:
    libelle = _("Nom de l'Opérateur")
    known = dossier.operateur.denomination
    if normalise(lue.denomination) == normalise(known):
        return Constat("denomination", libelle, Verdict.CONFORME, lue.denomination)
    detail = _("Le Registre connaît « %s » : l'accepter change ce nom dans toute la Liste Blanche.") % known
    return Constat("denomination", libelle, Verdict.A_VERIFIER, lue.denomination[:253], detail)


def _name(db: str, couple: CoupleFqdn | None, published: set[str]) -> Iterator[Constat]:
    libelle = _("Nom attribué à cette Commande")
    if couple is None:
        yield Constat("nom", libelle, Verdict.NON_CONFORME, db, _("Ce nom n'est pas un de ceux de la Commande."))
        return
    statut = Statut(couple.drimbox.statut)  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
    if statut is not Statut.DECLAREE:
        detail = _("La DRIMbox est à l'état « %s » : elle n'attend pas d'intégration.") % statut.label
        yield Constat("nom", libelle, Verdict.NON_CONFORME, db, detail)
        return
    yield Constat("nom", libelle, Verdict.CONFORME, db)
    yield Constat("nom_publie", _("Nom publié dans le DNS"), Verdict.CONFORME if db in published else Verdict.A_VERIFIER, db)


def _left(couples: dict[str, CoupleFqdn], asked: set[str]) -> Constat:
    libelle = _("Tous les couples de la Commande")
    waiting = {db for db, couple in couples.items() if couple.drimbox.statut == Statut.DECLAREE}  # type: ignore[attr-defined]  # as above
    left = sorted(waiting - asked)
    if not left:
        return Constat("couples", libelle, Verdict.CONFORME)
    return Constat("couples", libelle, Verdict.A_VERIFIER, "", _("Sans DN pour l'instant : %s") % ", ".join(left[:10]))
