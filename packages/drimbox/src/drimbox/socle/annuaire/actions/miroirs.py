# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is remembered of each address: its own tag, how it answered last, when it was last of use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError

from confiance.errors import DrimmError, TransportError
from confiance.exploitation.logs import get_logger
from confiance.refusals import RetourArriere
from confiance.transparence.refusals import TeteListeAnterieure
from drimbox.socle.annuaire.actions.passage import Passage
from drimbox.socle.annuaire.errors import ReponseImprevue
from drimbox.socle.annuaire.models import Miroir
from drimbox.socle.annuaire.states import GOOD, ResultatMiroir, UsageMiroir
from drimbox.socle.journal.actions import record

log = get_logger("annuaire")
T = TypeVar("T")


def known(usage: UsageMiroir, urls: Iterable[str]) -> list[Miroir]:
    """Return what is remembered of these addresses, those that were of no use last at the end: they must not delay the others."""
    rows = [Miroir.objects.get_or_create(usage=usage, url=url)[0] for url in dict.fromkeys(urls)]
    return sorted(rows, key=lambda row: bool(row.result) and row.result not in GOOD)


def shielded(row: Miroir, read: Callable[[], T]) -> T | ReponseImprevue:
    """Read what one address answers; whatever that makes fail stays its own, and the other addresses are asked all the same."""
    try:
        return read()
    except (InterfaceError, OperationalError):
        raise  # the database: nothing can be kept of any address
    except Exception:  # a hostile answer that nobody foresaw must not stop the pulls
        log.exception("annuaire:miroir:unforeseen", url_host=urlsplit(row.url).hostname)
        row.refresh_from_db()
        return ReponseImprevue()


def keep_good(row: Miroir, result: ResultatMiroir, passage: Passage, *, etag: str, sha256: str, tete: DrimmError | None = None) -> None:
    """Remember an answer that was of use, and its tag."""
    row.seen_at, row.etag, row.sha256 = passage.now, etag, sha256
    _keep(row, result, "", passage, tete)


def keep_late(row: Miroir, code: str, passage: Passage, *, tete: DrimmError | None = None) -> None:
    """Remember that an address still gives what another has replaced; its tag stays good for what it gives."""
    _tell(row, code, passage.trace)
    _keep(row, ResultatMiroir.ANCIEN, code, passage, tete)


def keep_bad(row: Miroir, error: DrimmError, passage: Passage, *, tete: DrimmError | None = None) -> ResultatMiroir:
    """Remember an answer that was of no use; its tag is forgotten, or the server would say for ever that nothing changed."""
    result = _result_of(error)
    row.etag = ""
    _tell(row, error.code, passage.trace)
    _keep(row, result, error.code, passage, tete)
    return result


def _result_of(error: DrimmError) -> ResultatMiroir:
    if isinstance(error, TransportError):
        return ResultatMiroir.INJOIGNABLE
    return ResultatMiroir.ANCIEN if isinstance(error, RetourArriere | TeteListeAnterieure) else ResultatMiroir.REFUSE


def _tell(row: Miroir, code: str, trace: str) -> None:
    """Write it in the journal, once as long as the reason stays the same: an address that is down is asked again and again."""
    if row.code != code:
        record("annuaire:miroir:refused", trace=trace, code=code, url_host=urlsplit(row.url).hostname)


def _keep(row: Miroir, result: ResultatMiroir, code: str, passage: Passage, tete: DrimmError | None) -> None:
    row.asked_at, row.result, row.code, row.tete_code = passage.now, result.value, code, "" if tete is None else tete.code
    row.save()
