# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whether a report may take the place of the one that an exam follows, and who may see the exam then; the exam locked by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.rules import verify_patient
from drimbox.source.pointeur.errors import CompteRenduAutrePatient, CompteRenduDepasse
from drimbox.source.pointeur.evenements import Publier, Remplacer
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.queries import rank_of
from drimbox.source.pointeur.rapport import Rapport, read_rapport
from drimbox.source.pointeur.rules import MODIF_CONF_CODE, VISIBILITES, Edition, is_older
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface, MessageRefuse

GONE = frozenset({EtatExamen.EN_RETRAIT, EtatExamen.RETIRE})


@dataclass(frozen=True, slots=True)
class Visibilite:
    """From whom an exam is hidden, once a message is applied.

    Attributes:
        drapeaux: codes of the flags that hold from now on.
        gardes: those of them that the message would lift without saying that it changes them.
        change: it differs from what held before, or the message says that it changes it.
    """

    drapeaux: tuple[str, ...]
    gardes: tuple[str, ...]
    change: bool


def followed(examen: Examen) -> Rapport | None:
    """Return the message and the report that an exam follows; None once they are erased, or refused by the rules of today.

    Raises:
        CoffreFerme: the key that sealed them has left the ring.
    """
    try:
        return read_rapport(body_of(examen.message))
    except (MessageRefuse, CompteRenduIllisible, CorpsEfface):
        return None


def check_succession(examen: Examen, former: Rapport | None, evenement: Publier | Remplacer) -> None:
    """Check that a report is not of another patient, nor older, than the one that the exam follows.

    Args:
        examen: locked.
        former: what it follows; None when that can no longer be compared.
        evenement: the report that comes.

    Raises:
        CompteRenduAutrePatient: it is of another patient, and does not say that it replaces that one.
        CompteRenduDepasse: it is older.
    """
    replaces = examen.compte_rendu in evenement.reperes.documents
    if former is not None and not replaces and not _is_same_patient(former, evenement.rapport):
        raise CompteRenduAutrePatient
    new, known = _edition(evenement.message_id, evenement.rapport), _edition(examen.message_id, former)
    if is_older(new, known, replaces=replaces):
        raise CompteRenduDepasse


def visibility_of(examen: Examen, former: Rapport | None, rapport: Rapport) -> Visibilite:
    """Return who may see an exam after a message: one that does not set MODIF_CONF_CODE hides more, and never less."""
    asked, changes = rapport.message.flags & VISIBILITES, MODIF_CONF_CODE in rapport.message.flags
    if examen.state in GONE:
        return Visibilite(tuple(sorted(asked)), (), change=True)
    before = _hidden(examen, former)
    kept = frozenset[str]() if changes or before is None else before - asked
    # nothing is known of who may see what an earlier version published, once its message is erased: what hides it is asked again
    change = changes or (bool(asked) if before is None else before != asked | kept)
    return Visibilite(tuple(sorted(asked | kept)), tuple(sorted(kept)), change)


def _hidden(examen: Examen, former: Rapport | None) -> frozenset[str] | None:
    if examen.visibilite is not None:
        return frozenset(examen.visibilite)
    return None if former is None else former.message.flags & VISIBILITES


def _is_same_patient(former: Rapport, new: Rapport) -> bool:
    return former.sha256 == new.sha256 or verify_patient(former.compte_rendu, new.compte_rendu.patient).accepted


def _edition(message_id: UUID, rapport: Rapport | None) -> Edition:
    if rapport is None:
        return Edition(rank_of(message_id))
    return Edition(rank_of(message_id), rapport.compte_rendu.set_id, rapport.compte_rendu.version)
