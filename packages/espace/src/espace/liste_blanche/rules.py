# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What makes a list that may be published. Pure: values and a clock in, a decision out."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from confiance.liste_blanche import Brouillon, Domaine, ListeBlanche
from confiance.liste_blanche.lint import LintRules, Severity, lint
from espace.auteurs import same_person
from espace.liste_blanche.errors import ApprobationRefusee, HorlogeEnRetard, LigneDuFutur, LintRefuse, RelectureDiffere

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LigneDuRegistre:
    """What the Registre knows of one Drimbox of the list."""

    identifiant: int
    db: str
    vi: str
    denomination: str
    dn_serv_ssl: str
    support_mail: str
    support_telephone: str
    modifiee_le: datetime
    operateur_modifie_le: datetime


def whole_second(instant: datetime) -> datetime:
    """Return the second an instant is in: the list has no fractions."""
    return instant.replace(microsecond=0)


def domaine(ligne: LigneDuRegistre) -> Domaine:
    """Return the row of the list for one Drimbox (Introduction à l'Espace de Confiance §2.3).

    Nothing of the Client is in it. DateMAJ is the last change of the Drimbox or of the published data of its Operateur.
    """
    support = f"{ligne.support_mail}, {ligne.support_telephone}" if ligne.support_telephone else ligne.support_mail
    return Domaine(
        identifiant=str(ligne.identifiant),
        db=ligne.db,
        vi=ligne.vi,
        denomination=ligne.denomination,
        dn_certificat_operateur=ligne.dn_serv_ssl,
        support_contact=support,
        date_maj=whole_second(max(ligne.modifiee_le, ligne.operateur_modifie_le)),
    )


def next_date_generation(now: datetime, previous: datetime | None, *, tolerance: timedelta) -> datetime:
    """Return DateDeGeneration of the next list: this second, or the one after the previous list's.

    Strictly increasing, so that readers can order lists by it (it is not so in the lists published until 2026).

    Args:
        now: aware instant.
        previous: DateDeGeneration of the list in force.
        tolerance: how far after ``now`` the answer may be; the caller waits for it.

    Raises:
        HorlogeEnRetard: the clock is further behind.
    """
    current = whole_second(now)
    if previous is None or current > previous:
        return current
    following = previous + _SECOND
    if following - now > tolerance:
        raise HorlogeEnRetard
    return following


def check_dates(domaines: Sequence[Domaine], date_generation: datetime) -> None:
    """Refuse a row newer than the list.

    Raises:
        LigneDuFutur: a DateMAJ is after DateDeGeneration.
    """
    if any(ligne.date_maj > date_generation for ligne in domaines):
        raise LigneDuFutur


def check_lint(draft: Brouillon, *, zone: str, known: AbstractSet[Domaine] = frozenset()) -> None:
    """Refuse to sign what readers would report as a fault.

    Args:
        draft: what would be signed.
        zone: DNS zone of every name.
        known: rows that already passed, in the same zone and with the same program.

    Raises:
        LintRefuse: the worst finding is an error.
    """
    for finding in lint(draft, LintRules(zones=frozenset({zone})), known=known):  # worst first
        if finding.severity is Severity.ERREUR:
            raise LintRefuse(finding)
        return


def check_reread(draft: Brouillon, relue: ListeBlanche) -> None:
    """Compare what the reader understood with what was meant, row by row and in order.

    Raises:
        RelectureDiffere: anything differs.
    """
    if relue.domaines != draft.domaines or relue.date_generation != draft.date_generation:
        raise RelectureDiffere
    if relue.namespace != draft.namespace or relue.version_format != draft.version_format:
        raise RelectureDiffere


def check_answer(*, demandeur: str, auteur: str, shown: str, waiting: str) -> None:
    """Let a second person answer for the rows that it saw.

    Args:
        demandeur: login of who asked.
        auteur: login of who answers.
        shown: SHA-256 of the rows shown.
        waiting: SHA-256 of the rows that wait.

    Raises:
        ApprobationRefusee: the same person, or other rows.
    """
    if same_person(auteur, demandeur):
        raise ApprobationRefusee("Une demande est approuvée par un autre compte que celui qui l'a faite.")
    if not waiting or shown != waiting:
        raise ApprobationRefusee("Les lignes qui attendent ne sont pas celles qui ont été montrées.")
