# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When a head is made, and what the témoin signs. Pure: values and a clock in."""

from __future__ import annotations

from datetime import datetime, timedelta

from confiance.transparence import Tete as Head
from confiance.transparence import Trousseau
from confiance.transparence.reperes import Repere, contradiction
from espace.tete.errors import TemoinRefuse

MARGIN = 0.25
"""Share of its validity before the end of a head from which the lack of the next one is an alarm."""
FIRST_GRACE = timedelta(minutes=15)
"""How long the first head of all may wait for its signatures: what readers give a list without its head."""
_SKEW = timedelta(minutes=5)
"""How far in the future a date may be: what readers forgive."""


def must_be_made(wanted: Head, last: Head | None, *, reissue: timedelta) -> bool:
    """Tell whether a head must be made: it would say something else than the last one made, or that one is old, or from the future.

    Args:
        wanted: the head as it would be made now.
        last: the last one made, published or not.
        reissue: age at which a head is made again.
    """
    # one that a clock ahead has dated is refused by readers until its time comes
    if last is None or not -_SKEW <= wanted.this_update - last.this_update < reissue:
        return True
    return _says(wanted) != _says(last)


def _says(head: Head) -> tuple[object, ...]:
    return head.sequence, head.sha256, head.taille, head.racine, head.signataires, head.crls, head.retrait_massif, head.trousseau


def is_late(next_update: datetime, this_update: datetime, now: datetime) -> bool:
    """Tell whether the head in force is over, or so near its end that a person must look."""
    return now >= next_update - (next_update - this_update) * MARGIN


def check_as_witness(
    head: Head, seen: Repere | None, mine: Repere, *, keys: tuple[Trousseau, ...], valid: timedelta, now: datetime
) -> None:
    """Refuse to sign what contradicts what was signed before, or what no honest publisher would say.

    Args:
        head: what is to be signed.
        seen: the last head that this témoin signed.
        mine: the same marks, of the head to sign.
        keys: sets of keys that may be announced.
        valid: longest time between two updates.
        now: aware instant.

    Raises:
        TemoinRefuse: with the reason.
    """
    if seen is not None:
        if (reason := contradiction(seen, mine)) is not None:
            raise TemoinRefuse(f"Le témoin refuse de signer la tête {head.numero} : {reason.label}.")
        if mine.numero < seen.numero:
            raise TemoinRefuse(f"Le témoin refuse de signer la tête {head.numero} : il a déjà signé la tête {seen.numero}.")
    if head.trousseau not in keys:
        raise TemoinRefuse("Le témoin refuse de signer : la tête annonce des clés que sa configuration ne connaît pas.")
    if not timedelta(0) < head.next_update - head.this_update <= valid or head.this_update > now + _SKEW:
        raise TemoinRefuse("Le témoin refuse de signer : les dates de la tête ne conviennent pas.")
