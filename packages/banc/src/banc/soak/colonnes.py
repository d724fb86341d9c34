# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What PostgreSQL takes of the texts that a door of the reception accepted: how long they may be, and of which characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from banc.soak.fuzz import Surprise
from drimbox.source.compte_rendu.model import CompteRendu, ExamenDecrit
from drimbox.source.pointeur.evenements import Evenement, Publier, Rejeter, Remplacer
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.message import EnTete

Text = tuple[str, str]
"""Column (``model.field``) and what goes to it; a column without a width is one that the text is only compared with."""
LARGEURS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "reception.MessageRecu.sending_application": 227,
        "reception.MessageRecu.sending_facility": 227,
        "reception.MessageRecu.control_id": 199,
        "reception.MessageRecu.trigger": 20,
        "reception.NoteRejet.sop_instance_uid": 64,
        "reception.NoteRejet.study_instance_uid": 64,
        "reception.NoteRejet.motif": 20,
        "pointeur.Examen.study_instance_uid": 64,
        "pointeur.InstanceRejetee.sop_instance_uid": 64,
    }
)
"""Width of the columns that take a text whole; those to which the rooms write a text cut short are not here."""
COMPAREE: Final = ""


def check_header(en_tete: EnTete) -> None:
    """Check what is kept of the header of an accepted message.

    Raises:
        Surprise: a column would refuse a text.
    """
    names = ("sending_application", "sending_facility", "control_id", "trigger")
    _check((f"reception.MessageRecu.{name}", str(getattr(en_tete, name))) for name in names)


def check_event(event: Evenement) -> None:
    """Check what is kept of an event, and what exams are looked for with.

    Raises:
        Surprise: a column would refuse a text.
    """
    if isinstance(event, Rejeter):
        raise Surprise("a message rejects instances")
    reperes = event.reperes
    _check([("pointeur.Examen.study_instance_uid", reperes.study_uid)])
    numbers = [number for number in (reperes.accession, reperes.order) if number is not None]
    _check((COMPAREE, text) for text in (*reperes.documents, reperes.set_id or "", *(number.value for number in numbers)))
    if isinstance(event, Publier | Remplacer):
        check_report(event.rapport.compte_rendu)


def check_report(report: CompteRendu) -> None:
    """Check what is kept of a report.

    Raises:
        Surprise: a column would refuse a text.
    """
    _check([(COMPAREE, report.identifiant)])
    _check(text for examen in report.examens for text in _of_examen(examen))


def check_rejet(rejet: Rejet) -> None:
    """Check what is kept of a rejection.

    Raises:
        Surprise: a column would refuse a text.
    """
    _check([("reception.NoteRejet.sop_instance_uid", rejet.note_uid), ("reception.NoteRejet.study_instance_uid", rejet.study_uid)])
    _check([("reception.NoteRejet.motif", rejet.motif)])
    _check(("pointeur.InstanceRejetee.sop_instance_uid", uid) for uid in rejet.instances)


def _of_examen(examen: ExamenDecrit) -> Iterator[Text]:
    yield "pointeur.Examen.study_instance_uid", examen.study_instance_uid
    # a number that DICOM cannot carry (SH: 16 characters) leaves the exam to a person before any pointer is kept
    yield from ((COMPAREE, number.value) for number in (examen.accession, examen.order) if number is not None)


def _check(texts: Iterator[Text] | list[Text]) -> None:
    for column, text in texts:
        if not _is_storable(text):
            raise Surprise(f"no column takes a character of what goes to {column or 'a comparison'}")
        if column and len(text) > LARGEURS[column]:
            raise Surprise(f"{len(text)} characters for {column}")


def _is_storable(text: str) -> bool:
    """Tell whether a text holds no zero and no half of a character: PostgreSQL takes neither."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
