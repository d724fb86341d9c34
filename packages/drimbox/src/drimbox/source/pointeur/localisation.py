# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which PACS holds a study: every couple is asked, exactly one must answer yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drimbox.config import Couple, DrimboxSettings, Pacs
from drimbox.socle.pacs.model import EtudePacs
from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.compte_rendu.rules import verify_absence
from drimbox.source.pointeur.errors import EtudeEnDouble, IdentiteDiscordante

FindEtude = Callable[[Pacs, str], EtudePacs | None]
FindStudies = Callable[[Pacs, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Localisation:
    """A study and the couple that serves it."""

    couple: Couple
    etude: EtudePacs


def locate(settings: DrimboxSettings, study_uid: str, find: FindEtude, couples: Sequence[Couple] | None = None) -> Localisation | None:
    """Return where a study is, or None when no PACS holds it.

    Every PACS of the RIS must answer: as long as one is silent nobody can say that only one holds the study.

    Args:
        settings: couples and PACS.
        study_uid: StudyInstanceUID.
        find: asks one PACS (drimbox.socle.pacs.questions.find_etude).
        couples: those of the RIS that sent the report (``settings.couples_of_ris``); all of them by default.

    Raises:
        PacsIndisponible: one of them does not answer.
        PacsRefuse: one of them answers no.
        EtudeEnDouble: several hold it.
    """
    found = []
    for couple in settings.couples if couples is None else couples:
        etude = find(settings.pacs_named(couple.pacs), study_uid)
        if etude is not None:
            found.append(Localisation(couple, etude))
    if len(found) > 1:
        raise EtudeEnDouble
    return found[0] if found else None


def check_absence(settings: DrimboxSettings, examen: ExamenDecrit, find: FindStudies, couples: Sequence[Couple] | None = None) -> None:
    """Tell a study that has not arrived yet from a report that names the wrong one.

    Args:
        settings: couples and PACS.
        examen: a study that no PACS holds.
        find: asks one PACS which studies bear an accession number.
        couples: as for :func:`locate`.

    Raises:
        IdentiteDiscordante: its accession number is, in a PACS, that of another study: waiting is useless.
        PacsIndisponible: a PACS does not answer.
        PacsRefuse: a PACS answers no.
    """
    if examen.accession is None:
        return
    for couple in settings.couples if couples is None else couples:
        decision = verify_absence(examen, find(settings.pacs_named(couple.pacs), examen.accession.value))
        if not decision.accepted:
            raise IdentiteDiscordante(decision)
