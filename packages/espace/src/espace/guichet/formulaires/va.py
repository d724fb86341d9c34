# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fields of a Fourniture du document de VA (Guide d'intégration §2.1 and §2.2). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from espace.guichet.formulaires.lecture import Lecture

CHAMPS = frozenset({"commentaire", "modele", "signature_client"})
"""What an Operateur writes; ``couples`` and ``reintegration`` are written by the Espace when it opens the dossier."""


@dataclass(frozen=True, slots=True)
class VaLue:
    """What goes with a document de VA; only :func:`read` makes one.

    Attributes:
        modele: version of the template that was filled.
        signature_client: the Operateur says that its Clients signed the document; required after a réintégration.
        reintegration: the document follows a réintégration.
        commentaire: free text.
    """

    modele: str
    signature_client: bool
    reintegration: bool
    commentaire: str


def read(donnees: Mapping[str, Any]) -> VaLue:
    """Read what an Operateur typed.

    Raises:
        FormulaireRefuse: with every fault, field by field.
    """
    form = Lecture(donnees)
    lue = VaLue(
        modele=form.text("modele", "version du modèle", 20, required=False),
        signature_client=form.flag("signature_client"),
        reintegration=form.flag("reintegration"),
        commentaire=form.paragraph(),
    )
    if lue.reintegration and not lue.signature_client:
        form.fail("signature_client", "Après une réintégration, le document de VA doit être signé par les Clients.")
    form.end()
    return lue
