# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the machine looks at in a Fourniture du document de VA."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from espace.guichet.formulaires.va import VaLue
from espace.guichet.modeles import current_version
from espace.guichet.models import Dossier, Piece
from espace.guichet.natures import Verdict
from espace.guichet.verification import Constat
from espace.instruction import queries
from espace.registre.states import Statut


def examine(dossier: Dossier, lue: VaLue, pieces: list[Piece], *, at: datetime) -> Iterator[Constat]:
    """Yield what is found around a document de VA; what it says is for a person to read."""
    late = dossier.echeance is not None and at > dossier.echeance
    yield Constat("delai", _("Déposé dans le délai"), Verdict.A_VERIFIER if late else Verdict.CONFORME)
    for couple in queries.couples_of(dossier):
        statut = Statut(couple.drimbox.statut)  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
        verdict = Verdict.CONFORME if statut is Statut.PROVISOIRE else Verdict.NON_CONFORME
        yield Constat("statut", _("Entrée provisoire"), verdict, couple.db, str(statut.label))
    if lue.reintegration:
        yield Constat("signature", _("Signature des Clients, après réintégration"), Verdict.A_VERIFIER, "", _("à lire dans le document"))
    current = current_version()
    if current is not None and lue.modele != current:
        detail = _("Attendu : version %(current)s ; indiqué : « %(told)s ».") % {"current": current, "told": lue.modele}
        yield Constat("modele", _("Version du modèle"), Verdict.A_VERIFIER, "", detail)
    for piece in pieces:
        yield Constat("piece", _("Document reçu"), Verdict.CONFORME, piece.nom, piece.type)
