# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Storage SCP that takes rejection notes from the PACS. Only Key Object Selections are negotiated: no image ever enters by it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import Error, connections
from procrastinate.exceptions import ProcrastinateException
from pynetdicom import AE, evt
from pynetdicom.transport import ThreadedAssociationServer

from confiance.exploitation.logs import get_logger
from drimbox.config import DrimboxSettings
from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.actions.rejets import keep_notes
from drimbox.source.reception.errors import NoteIllisible
from drimbox.source.reception.iocm import EXPLICIT, IMPLICIT, KEY_OBJECT_SELECTION, Limites, read_note

SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
VERIFICATION = "1.2.840.10008.1.1"
SYNTAXES = [EXPLICIT, IMPLICIT]
IDLE_SECONDS = 60.0
log = get_logger("reception")


class ServeurIocm:
    """Serves C-STORE of Key Object Selections to the PACS of the settings, in threads of pynetdicom."""

    def __init__(self, settings: DrimboxSettings) -> None:
        self._settings = settings
        self._limites = Limites(instances=settings.iocm.max_instances)
        self._server: ThreadedAssociationServer | None = None

    @property
    def port(self) -> int:
        """Port really listened to."""
        assert self._server is not None
        port: int = self._server.server_address[1]
        return port

    def start(self) -> None:
        """Listen; nothing when the settings give no port."""
        iocm = self._settings.iocm
        if iocm.port is None:
            return
        handlers: list[Any] = [(evt.EVT_REQUESTED, self._welcome), (evt.EVT_C_STORE, self._store)]
        self._server = self._entity().start_server((iocm.host, iocm.port), block=False, evt_handlers=handlers)
        log.info("reception:iocm:ready", address=iocm.host, port=iocm.port, aet=iocm.aet)

    def stop(self) -> None:
        """Stop listening and abort what is open: a note that was not answered is sent again."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _entity(self) -> AE:
        entity = AE(ae_title=self._settings.iocm.aet)
        entity.implementation_class_uid = IMPLEMENTATION_CLASS_UID
        entity.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        entity.maximum_associations = self._settings.iocm.max_associations
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = IDLE_SECONDS
        entity.require_called_aet = True
        entity.require_calling_aet = sorted({pacs.aet for pacs in self._settings.pacs})
        entity.add_supported_context(KEY_OBJECT_SELECTION, SYNTAXES)
        entity.add_supported_context(VERIFICATION, SYNTAXES)
        return entity

    def _welcome(self, event: Any) -> None:
        address = event.assoc.requestor.address
        if not is_inside(address, self._settings.iocm.sources):
            log.warning("reception:iocm:refused", peer_ip=address, code="reception.source_inconnue")
            event.assoc.abort()

    def _store(self, event: Any) -> int:
        pacs = next((pacs.name for pacs in self._settings.pacs if pacs.aet == event.assoc.requestor.ae_title), "")
        try:
            rejets = read_note(event.encoded_dataset(include_meta=False), syntax=event.context.transfer_syntax, limites=self._limites)
        except NoteIllisible as error:
            log.warning("reception:note:refused", pacs=pacs, code=error.code)
            return CANNOT_UNDERSTAND
        if not rejets:
            log.info("reception:note:ignored", pacs=pacs)
            return SUCCESS
        try:
            keep_notes(rejets, pacs=pacs, now=datetime.now(UTC))
        except (Error, ProcrastinateException) as error:
            log.warning("reception:note:refused", pacs=pacs, error_type=type(error).__name__)
            return OUT_OF_RESOURCES
        finally:
            connections.close_all()  # each association has its own thread, and ends with it
        return SUCCESS
