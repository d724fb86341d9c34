# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The one way to write in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from confiance.errors import OwnError
from confiance.exploitation.logs import ALLOWED_FIELDS, EVENT, get_logger
from espace.config import process_name
from espace.journal import queries
from espace.journal.ligne import LigneInscellable, link
from espace.journal.models import Evenement, Sceau

log = get_logger("journal")
BATCH = 500
_LOCK = 0x53434541


class LigneRefusee(OwnError):
    """The caller gave a name or a field that the journal does not keep."""

    code = "journal.ligne_refusee"
    message = "Une ligne de journal porte un événement ou un champ inconnu."
    remede = "Un événement a la forme source:sujet:action ; les champs sont ceux que les journaux admettent."


def record(
    event: str,
    *,
    trace: str | None = None,
    code: str | None = None,
    auteur: str = "",
    objet: str = "",
    modifies: Iterable[str] = (),
    **fields: Any,
) -> Evenement:
    """Add one line, in the transaction of the caller, and say it in the logs.

    Args:
        event: ``source:subject:action``.
        trace: hexadecimal number that joins this line to an exchange.
        code: code of an error or of a refusal.
        auteur: login of the person who acted.
        objet: what it is about: ``couple:db1.349.…``, ``operateur:12``.
        modifies: names of the fields that changed; never their values, which may be those of a Client.
        fields: facts, under the names that the logs allow.

    Raises:
        LigneRefusee: malformed event, or a field out of the allow-list.
    """
    if not EVENT.fullmatch(event):
        raise LigneRefusee(f"« {event[:80]} » n'est pas un événement.")
    unknown = sorted(set(fields) - ALLOWED_FIELDS)
    if unknown:
        raise LigneRefusee(f"Champs hors de la liste admise : {', '.join(unknown)}.")
    kept = {key: value for key, value in fields.items() if value is not None}
    line = Evenement.objects.create(
        at=timezone.now(),
        event=event,
        process=process_name(),
        auteur=auteur,
        objet=objet,
        trace=trace or "",
        code=code or "",
        modifies=sorted(modifies),
        fields={key: value if isinstance(value, bool | int | float) else str(value) for key, value in kept.items()},
    )
    log.info(event, evenement_id=line.pk, trace=trace, code=code, **kept)
    return line


def seal(now: datetime, *, complete: bool = False) -> int:
    """Chain the lines that no link covers yet, some at a time; return how many were.

    Lines are chained in the order in which they are seen: the number of a line is taken before its transaction ends, and a link never
    moves to make room for a late one. A line that has no canonical writing stays in the unsealed tail, where verify shows it.

    Args:
        now: aware instant.
        complete: look at the whole journal, for lines whose transaction ended long after it took their number, and tell of those that
            cannot be sealed.

    Raises:
        LigneInscellable: the complete look met such lines; the others are sealed.
    """
    made, left = _seal(now, complete=complete)
    if left:
        log.error("journal:ligne:unsealable", evenement_id=left[0], count=len(left))
    if left and complete:
        raise LigneInscellable(f"{len(left)} lignes du journal, la première au numéro {left[0]}, ne peuvent pas être scellées.")
    return made


@transaction.atomic
def _seal(now: datetime, *, complete: bool) -> tuple[int, list[int]]:
    """Return how many lines were chained, and the numbers of those passed that cannot be."""
    with connection.cursor() as cursor:  # one chain has one writer, wherever the processes are
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0, []
    rang, chaine = queries.last_link()
    made: list[Sceau] = []
    left: list[int] = []
    for line in queries.unsealed(complete=complete).iterator(chunk_size=BATCH):
        try:
            empreinte = queries.ligne_of(line).empreinte
        except LigneInscellable:
            left.append(line.pk)
            continue
        rang, chaine = rang + 1, link(chaine, empreinte)
        made.append(Sceau(rang=rang, evenement=line, empreinte=empreinte, chaine=chaine, scelle_le=now))
        if len(made) == BATCH:
            break
    Sceau.objects.bulk_create(made)
    return len(made), left
