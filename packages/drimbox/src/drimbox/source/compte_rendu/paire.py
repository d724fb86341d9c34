# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One report that a message carries in two levels of CDA (1 and 3), as the volets Transmission 2.0 and 2.1 let an ORU do."""

from __future__ import annotations

from dataclasses import replace

from drimbox.source.compte_rendu.errors import DocumentsDiscordants
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.compte_rendu.rules import verify_message


def read_paire(document: bytes, jumeau: bytes | None) -> CompteRendu:
    """Read a report, and check that its twin, if there is one, says the same of all that a pointer takes.

    Args:
        document: the first of the message; what is returned is read from it.
        jumeau: the second one, or None.

    Raises:
        CompteRenduIllisible: one of them cannot be used.
        DocumentsDiscordants: they are two reports.
    """
    report = read_cda(document)
    if jumeau is None:
        return report
    other = read_cda(jumeau)
    if not _is_same(report, other):
        raise DocumentsDiscordants
    return replace(report, jumeau=other.identifiant, remplace=tuple(dict.fromkeys((*report.remplace, *other.remplace))))


def _is_same(report: CompteRendu, other: CompteRendu) -> bool:
    # each level has an id and a setId of its own, as in the published examples of IMG-CR-IMG: the time of the report is the same
    return (
        report.etabli_le == other.etabli_le
        and verify_message(report, other.patient).accepted
        and _studies(report) == _studies(other)
        and report.confidentialite.code == other.confidentialite.code
    )


def _studies(report: CompteRendu) -> set[tuple[str, str]]:
    return {(examen.study_instance_uid, examen.accession.value if examen.accession else "") for examen in report.examens}
