# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The thread that keeps the DNS as the Registre is: it hears notifications, and tries again what failed, later and later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import Error as DatabaseError
from django.db import connection
from psycopg import sql

from confiance.errors import DrimmError, TransportError
from confiance.exploitation.logs import get_logger
from espace.alarmes.actions import raise_alarm, settle
from espace.config import Zone
from espace.ecoute import alone, heard, listen
from espace.registre import queries as registre
from espace.zone import actions, errors, queries
from espace.zone.adaptateurs.port import Adaptateur
from espace.zone.attente import pending
from espace.zone.comparaison import Comparaison
from espace.zone.models import DemandeZone
from espace.zone.publieur import Publieur
from espace.zone.reprise import Panne, after
from espace.zone.states import Travail

log = get_logger("zone")
_AWAY = (psycopg.Error, DatabaseError)
_PAUSE_AFTER_FAILURE = 1.0
_LOCK = 0x5A4F4E45
_OBJET = "zone"
_TROUBLES = (
    errors.DnsInjoignable.code,
    errors.ServeurEnRetard.code,
    errors.DnsRefuse.code,
    errors.DnsIllisible.code,
    errors.NomNonServi.code,
    errors.ZoneSurprise.code,
)


class Boucle:
    """Publishes what waits at each change of the Registre, compares from time to time, and answers demands.

    Args:
        settings: the table ``[zone]``.
        adaptateur: the primary server.
        clock: gives aware instants.
    """

    def __init__(self, settings: Zone, adaptateur: Adaptateur, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._clock = clock
        self._publieur = Publieur(settings, adaptateur, clock)
        self._comparaison = Comparaison(settings, adaptateur, self._publieur, clock)
        self._seen = -1
        self._compared: datetime | None = None
        self._panne: Panne | None = None
        self._last_demande = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="publieur", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present turn, and wait for it."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def turn(self) -> None:
        """Do what is due; a DNS that fails is noted, and tried again later.

        Raises:
            django.db.Error: PostgreSQL failed.
        """
        now, demandes = self._clock(), list(queries.demandes_en_attente())
        asked = bool(demandes) and demandes[-1].pk > self._last_demande  # a person who asks does not wait for the delay to pass
        if self._panne is not None and self._panne.is_waiting(now, self._settings.controle) and not asked:
            return
        self._last_demande = demandes[-1].pk if demandes else self._last_demande
        try:
            worked = self._work(now, demandes)
        except _AWAY:
            raise
        except DrimmError as error:
            self._failed(error)
        except Exception as error:  # whatever it is, what waits is kept and a person is told
            log.error("zone:publication:surprised", exc_info=error)
            self._failed(errors.ZoneSurprise())
        else:
            self._succeeded(told=worked)

    def _work(self, now: datetime, demandes: list[DemandeZone]) -> bool:
        worked = False
        due = self._comparison_is_due(now)
        seen = registre.zone_serial()  # first: what changes after it makes another turn
        if seen != self._seen or due or demandes:
            couples = pending(self._settings)
            self._publieur.publish(couples, registre.zone_serial())
            self._seen, worked = seen, bool(couples)
        for demande in demandes:
            detail = self._compare(Travail(demande.travail), demande.auteur)
            actions.note_answer(demande, now=self._clock(), detail=detail)
            worked = True
        if due and not demandes:  # any demande has just compared
            self._compare(Travail.COMPARER)
            worked = True
        return worked

    def _comparison_is_due(self, now: datetime) -> bool:
        """Tell whether the zone was not compared for a while; a clock that was put back does not stop it."""
        every = timedelta(minutes=self._settings.controle.compare_minutes)
        return self._compared is None or not timedelta(0) <= now - self._compared < every

    def _compare(self, travail: Travail, *auteur: str) -> str:
        sentence = self._comparaison.run(travail, *auteur)
        self._compared = self._clock()
        log.info("zone:comparaison:done", reason=travail, serial=self._publieur.serial)
        return sentence

    def _failed(self, error: DrimmError) -> None:
        now, first = self._clock(), self._panne is None
        self._panne = after(self._panne, error, now, self._settings.controle)
        if first:
            log.error("zone:publication:delayed", exc_info=error, code=error.code, next_attempt_at=self._panne.prochain.isoformat())
        if self._panne.is_alarming(now, self._settings.controle):
            settle([code for code in _TROUBLES if code != error.code], objet=_OBJET, now=now)
            raise_alarm(error, objet=_OBJET, now=now)
        self._note(now)

    def _succeeded(self, *, told: bool) -> None:
        ended, self._panne = self._panne is not None, None
        if not told and not ended:
            return
        now = self._clock()
        settle(objet=_OBJET, now=now)
        self._note(now)

    def _note(self, now: datetime) -> None:
        panne = self._panne
        servers = [
            {**asdict(one.serveur), "serial": one.serial, "detail": "" if one.error is None else one.error.message}
            for one in self._publieur.releves
        ]
        actions.note_turn(
            {
                "adaptateur": self._settings.adaptateur,
                "serial": self._publieur.serial,
                "serveurs": servers,
                "comparee_le": self._compared,
                "essayee_le": now,
                "echecs": panne.echecs if panne else 0,
                "prochain_le": panne.prochain if panne else None,
                "code": panne.error.code if panne else "",
                "detail": panne.error.message[:500] if panne else "",
            }
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                with listen(queries.CHANNEL) as listening:
                    listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(registre.CHANNEL)))
                    self._serve(listening)
            except Exception as error:  # whatever happens: a thread that ended would publish no name, in silence
                away = isinstance(error, (TransportError, *_AWAY))
                log.error("zone:base:lost" if away else "zone:publication:surprised", exc_info=error)
                connection.close()
                self._stopping.wait(_PAUSE_AFTER_FAILURE)
        connection.close()

    def _serve(self, listening: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopping.is_set():
            if alone(listening, _LOCK):
                self.turn()
            heard(listening, self._settings.refresh_seconds, self._stopping)
