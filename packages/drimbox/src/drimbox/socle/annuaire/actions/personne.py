# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What only a person settles: a clock that was wrong, two truths told by the publisher."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from confiance.liste_blanche.store import from_bytes, to_bytes
from confiance.sante import Sante
from confiance.transparence.reperes import Divergence
from drimbox.socle.annuaire import tetes
from drimbox.socle.annuaire.actions.alarmes import close_alarm, raise_alarm
from drimbox.socle.annuaire.actions.tete import keep, restore
from drimbox.socle.annuaire.errors import AlarmeSansObjet, ListeAbsente, TeteIgnoree
from drimbox.socle.annuaire.models import ONLY_ROW, Alarme, ListeEnVigueur, TeteEnVigueur
from drimbox.socle.annuaire.policy import policy
from drimbox.socle.annuaire.queries import kept_crls
from drimbox.socle.annuaire.states import KEPT, CodeAlarme
from drimbox.socle.journal.actions import record


@transaction.atomic
def acknowledge_clock(now: datetime) -> None:
    """Take ``now`` as right, whatever later time was seen before.

    Raises:
        ListeAbsente: no list was ever put in force: nothing was seen.
        ClockFault: the list in force was signed after ``now``, so ``now`` is wrong.
    """
    row = ListeEnVigueur.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if row is None or not row.state:
        raise ListeAbsente
    trusted = from_bytes(bytes(row.state), policy(settings.DRIMBOX.liste_blanche, kept_crls()))
    trusted.acknowledge_clock(now)
    row.state, row.revision = to_bytes(trusted), row.revision + 1
    row.save(update_fields=["state", "revision"])
    record("annuaire:horloge:acknowledged")
    for alarme in Alarme.objects.filter(pk=CodeAlarme.HORLOGE):
        close_alarm(alarme)


@transaction.atomic
def acknowledge_alarm(code: str, now: datetime) -> None:
    """Close an alarm that only a person closes; the proof that two truths were told is dropped with it.

    Raises:
        AlarmeSansObjet: not such an alarm, or it is not open.
    """
    alarme = Alarme.objects.select_for_update().filter(pk=code).first()
    if alarme is None or code not in KEPT:
        raise AlarmeSansObjet
    if code == CodeAlarme.TETE_EQUIVOQUE:
        _drop_proof(now)
    close_alarm(alarme)


def _drop_proof(now: datetime) -> None:
    rules = tetes.policy(settings.DRIMBOX.liste_blanche)
    row = TeteEnVigueur.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if rules is None or row is None:
        return
    trusted = restore(row, rules)
    trusted.acknowledge_equivoque()
    keep(row, trusted, now)


@transaction.atomic
def restart_tetes(now: datetime) -> None:
    """Follow heads anew: every head seen before is forgotten, the next one is believed for its signatures.

    Raises:
        TeteIgnoree: no key of heads is configured here.
    """
    rules = tetes.policy(settings.DRIMBOX.liste_blanche)
    if rules is None:
        raise TeteIgnoree
    ListeEnVigueur.objects.get_or_create(pk=ONLY_ROW)
    ListeEnVigueur.objects.select_for_update().get(pk=ONLY_ROW)  # one writer at a time
    row = TeteEnVigueur.objects.get_or_create(pk=ONLY_ROW)[0]
    trusted, forgotten, row.sha256, row.numero = restore(row, rules), row.sha256, "", 0
    trusted.restart()
    keep(row, trusted, now)
    record("annuaire:tete:restarted", sha256=forgotten)
    for alarme in Alarme.objects.filter(pk=CodeAlarme.TETE_EQUIVOQUE):
        close_alarm(alarme)


@transaction.atomic
def compare_with(others: Mapping[str, Sante], now: datetime) -> tuple[Divergence, ...]:
    """Compare our head with what other gateways say of theirs; two truths open an alarm that only a person closes.

    Args:
        others: health answers, by the name of who gave them.
        now: aware time.

    Raises:
        TeteIgnoree: no key of heads is configured here.
    """
    rules = tetes.policy(settings.DRIMBOX.liste_blanche)
    if rules is None:
        raise TeteIgnoree
    trusted = restore(TeteEnVigueur.objects.filter(pk=ONLY_ROW).first(), rules)
    said = {name: sante.liste_blanche.tete.repere for name, sante in others.items() if sante.liste_blanche.tete is not None}
    found = trusted.compare(said)
    if found:
        detail = "\n".join(f"{', '.join(filter(None, (*one.premiers, *one.seconds)))} : {one.contradiction.label}." for one in found)
        raise_alarm(CodeAlarme.TETE_EQUIVOQUE, detail, now, Alarme.objects.filter(pk=CodeAlarme.TETE_EQUIVOQUE).first())
    return found
