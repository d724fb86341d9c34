# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of an exam driven by hand: what the processes of a DRIMbox would do, one job after the other, with real PACS and DMP around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from banc.jeux import IDENTITE, IdentiteJeu, make_message, make_report
from drimbox.source.admission.queries import find_kos
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import UNANSWERED
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.states import WAITING
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from tests.drimbox_world import Monde

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Chemin:
    """One DRIMbox whose jobs are run by hand."""

    monde: Monde

    def take(self, message: bytes) -> MessageRecu:
        """Receive a message, check that it is acknowledged, and do what it asks."""
        known = set(MessageRecu.objects.values_list("pk", flat=True))
        with self.monde.drimbox.role("reception"):
            answer = receive(message, peer="127.0.0.1", now=NOW)
        assert b"MSA|AA|" in answer, answer
        row = MessageRecu.objects.exclude(pk__in=known).get()
        traiter(message_id=str(row.id))
        row.refresh_from_db()
        return row

    def advance(self) -> None:
        """Run what the worker would run now, once: pointers of what waits, then the outbox in its order."""
        for examen in Examen.objects.filter(state__in=WAITING):
            pointer(examen_id=str(examen.id))
        self.send()

    def send(self) -> None:
        """Run the outbox, in its order."""
        for pk in Envoi.objects.filter(state__in=UNANSWERED).order_by("examen", "sequence").values_list("pk", flat=True):
            deposer(envoi_id=str(pk))

    def publish(self, message: bytes) -> Examen:
        """Receive a report of one study and follow it to the DMP's answer."""
        row = self.take(message)
        self.advance()
        return Examen.objects.get(message=row)

    def states(self) -> list[tuple[int, str]]:
        """Return the version and the state of each KOS, in order."""
        return list(Kos.objects.order_by("version").values_list("version", "state"))

    @property
    def faits(self) -> list[str]:
        """What the DMP really did, in order."""
        return [fait.kind for fait in self.monde.dmp.store.faits]

    def entry(self, kos: Kos) -> Any:
        """Return what the DMP holds of a KOS."""
        return self.monde.dmp.store.entries[kos.sop_instance_uid]

    def journal(self, event: str) -> list[tuple[Any, ...]]:
        """Return the codes of the lines of an event."""
        return self.monde.drimbox.sql("SELECT code FROM journal WHERE event = %s ORDER BY id", event)


def message(identite: IdentiteJeu = IDENTITE, control_id: str = "000002", event: str = "T02", **flags: bool) -> bytes:
    """Return the message of a report that comes after the sample one, with its flags of visibility."""
    return make_message(make_report(identite), identite, control_id=control_id, event=event, flags=flags)


def envois() -> list[str]:
    """Return the state of each request to the DMP, in order."""
    return list(Envoi.objects.order_by("sequence").values_list("state", flat=True))


@contextmanager
def pacs_of(monde: Monde, images: Path) -> Iterator[None]:
    """Run the two PACS of the DRIMbox: the first over a folder, the second empty."""
    with monde.pacs(images=images), monde.pacs("pacs2"):
        yield


def is_served(kos: Kos) -> bool:
    """Tell whether a pointer opens its images to a peer."""
    found = find_kos(kos.sop_instance_uid)
    return found is not None and found.in_service
