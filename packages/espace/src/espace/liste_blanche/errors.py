# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a list is not published. The list in force stays the previous one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from confiance.errors import OwnError, TransportError
from confiance.liste_blanche.lint import Finding


class PublicationRefusee(OwnError):
    """A surprise stopped the publication."""

    code = "publication.surprise"
    message = "Un imprévu a arrêté la publication ; la liste précédente reste en vigueur."
    remede = "Consultez les journaux du processus signataire, puis demandez une nouvelle publication."
    clause = "architecture §5, 5"
    facts: Mapping[str, str] = MappingProxyType({})
    """What the journal keeps of it, under the names that the logs allow."""


class HorlogeEnRetard(PublicationRefusee):
    """The clock is behind the previous list."""

    code = "publication.horloge"
    message = "L'horloge est en retard sur la date de la liste précédente."
    remede = "Remettez l'horloge à l'heure, puis demandez une nouvelle publication."


class LigneDuFutur(PublicationRefusee):
    """A row of the Registre was changed after the date of the list."""

    code = "publication.ligne_du_futur"
    message = "Une ligne du Registre porte une date postérieure à celle de la liste."
    remede = "Comparez les horloges des machines de l'Espace."


class LintRefuse(PublicationRefusee):
    """The draft has faults that readers would report."""

    code = "publication.lint"
    message = "La liste établie d'après le Registre présente des anomalies."
    remede = "Corrigez la ligne du Registre que cite le journal."

    def __init__(self, worst: Finding) -> None:
        super().__init__(f"La liste établie d'après le Registre présente une anomalie : {worst.message}")
        self.facts = {"reason": worst.code, "db": worst.db}


class RelectureDiffere(PublicationRefusee):
    """The verifier does not read in the signed file what was in the draft."""

    code = "publication.relecture_differe"
    message = "La liste signée, une fois relue, ne dit pas ce que dit le Registre."


class RegistreInstable(PublicationRefusee):
    """The Registre kept changing while the list was signed."""

    code = "publication.registre_instable"
    message = "Le Registre change plus vite que la liste ne se signe."
    remede = "Demandez une nouvelle publication une fois les modifications terminées."


class EcritureImpossible(PublicationRefusee):
    """The file cannot be written in the publication folder."""

    code = "publication.ecriture"
    message = "Le fichier de la liste ne peut pas être écrit dans le dossier de publication."
    remede = "Vérifiez la place libre et les droits du dossier liste_blanche.publication."


class VerrouPerdu(TransportError):
    """The connection that holds the lock of the signataire is lost: another one may publish by now."""

    code = "publication.verrou_perdu"
    message = "Le signataire a perdu son verrou ; un autre peut l'avoir remplacé."
    remede = "Rien à faire : la demande reste en attente, et le signataire qui tient le verrou la traite."
