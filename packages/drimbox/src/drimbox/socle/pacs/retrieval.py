# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval of images from a PACS by C-GET (PS3.4 annex C.4.3): objects come one by one, their bytes untouched.

The association lives in a thread of its own, behind a bounded channel: a slow reader slows the PACS down, and a reader that leaves aborts
the association. Nothing is shared between two retrievals. The inside (pynetdicom) can be replaced without touching the callers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom.dataset import Dataset
from pynetdicom import build_context, build_role, evt
from pynetdicom.association import Association

from drimbox.config import Pacs
from drimbox.socle.pacs.associations import associate, close, slot, translated
from drimbox.socle.pacs.canal import Canal, CanalFerme
from drimbox.socle.pacs.errors import PacsAbsent, PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.model import EtudePacs, InstancePacs, ObjetDicom
from drimbox.socle.pacs.objets import from_store
from drimbox.socle.pacs.questions import PENDING, SUCCESS, UNCOMPRESSED, find_etude
from drimbox.socle.pacs.syntaxes import contexts_for

STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
OUT_OF_RESOURCES = 0xA700
WARNING = 0xB000
LEVELS = {1: "STUDY", 2: "SERIES", 3: "IMAGE"}  # by the number of unique keys given (PS3.4 section C.4.3.1.3)


@contextmanager
def retrieve(
    pacs: Pacs, study: str, series: str | None = None, instance: str | None = None, *, buffered: int = 4
) -> Iterator[Iterator[ObjetDicom]]:
    """Retrieve a study, one of its series or one of its instances.

    The block receives an iterator of objects in the order of the PACS; leaving the block early aborts the association. At most ``buffered``
    objects wait in memory, plus the one being received. The iterator blocks: read it from a thread.

    Args:
        pacs: where the images are.
        study: StudyInstanceUID.
        series: SeriesInstanceUID, or None for the whole study.
        instance: SOPInstanceUID (its series is then needed), or None.
        buffered: objects kept waiting for a slow reader.

    Raises:
        ValueError: an instance without its series: the caller is wrong.
        PacsAbsent: (from the iterator) the PACS holds nothing of what is asked.
        PacsIncomplet: (from the iterator, at its end) the PACS sent less than it announced, or failed to send some objects.
        PacsIndisponible: (from the iterator) no answer, or a silence longer than ``pacs.timeout``.
        PacsRefuse: (from the iterator) the PACS answers no.
    """
    if instance and not series:
        message = "an instance is asked for with its series"
        raise ValueError(message)
    retrieval = _Retrieval(pacs, study, series, instance, buffered)
    retrieval.start()
    try:
        yield iter(retrieval.canal.get, None)
    finally:
        retrieval.stop()


class _Retrieval(threading.Thread):
    """The thread of one retrieval."""

    def __init__(self, pacs: Pacs, study: str, series: str | None, instance: str | None, buffered: int) -> None:
        super().__init__(name="pacs-retrieval", daemon=True)
        self.canal: Canal[ObjetDicom] = Canal(buffered)
        self._pacs = pacs
        self._keys = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "SOPInstanceUID": instance}
        self._association: Association | None = None
        self._received: set[str] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Retrieve until the end, an error, or the reader's departure."""
        try:
            self._retrieve()
        except CanalFerme:
            self.canal.end()
        except BaseException as error:  # noqa: BLE001 - whatever happens in this thread is told to the reader
            self.canal.end(error)
        else:
            self.canal.end()

    def stop(self) -> None:
        """Free the PACS and this thread, whatever the state of the retrieval."""
        self.canal.close()
        with self._lock:
            if self._association is not None and self._association.is_established:
                self._association.abort()
                # the thread may be waiting for the PACS: this is how pynetdicom says that nothing more comes
                self._association.dimse.msg_queue.put((None, None))
        self.join(self._pacs.timeout)

    def _retrieve(self) -> None:
        wanted = self._find_wanted()
        classes = list(dict.fromkeys(instance.sop_class_uid for instance in wanted))
        contexts = [build_context(STUDY_ROOT_GET, UNCOMPRESSED), *contexts_for(classes, reserved=1)]
        roles = [build_role(sop_class, scp_role=True) for sop_class in classes]
        with slot(self._pacs):
            association = associate(self._pacs, contexts, roles=roles, handlers=[(evt.EVT_C_STORE, self._on_store)])
            try:
                with self._lock:
                    self._association = association
                if self.canal.closed:
                    raise CanalFerme
                with translated():
                    self._get(association)
                close(association)
            finally:
                close(association, abort=True)
        if {instance.sop_instance_uid for instance in wanted} - self._received:
            raise PacsIncomplet

    def _find_wanted(self) -> list[InstancePacs]:
        study, series, instance = (self._keys[key] for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"))
        etude: EtudePacs | None = find_etude(self._pacs, study or "", series_uid=series)
        found = [item for serie in etude.series for item in serie.instances] if etude else []
        wanted = [item for item in found if instance in {None, item.sop_instance_uid}]
        if not wanted:
            raise PacsAbsent
        return wanted

    def _get(self, association: Association) -> None:
        identifier = Dataset()
        identifier.QueryRetrieveLevel = (
            "IMAGE" if self._keys["SOPInstanceUID"] else "SERIES" if self._keys["SeriesInstanceUID"] else "STUDY"
        )
        for keyword, value in self._keys.items():
            if value:
                setattr(identifier, keyword, value)
        code = None
        for status, _failed in association.send_c_get(identifier, STUDY_ROOT_GET):
            code = status.get("Status")
            if code not in PENDING:
                break
        if self.canal.closed:
            raise CanalFerme
        _check_outcome(code, status)

    def _on_store(self, event: evt.Event) -> int:
        objet = from_store(event)
        try:
            self.canal.put(objet)
        except CanalFerme:
            return OUT_OF_RESOURCES
        self._received.add(objet.sop_instance_uid)
        return SUCCESS


def _check_outcome(code: int | None, status: Dataset) -> None:
    if code is None:
        raise PacsIndisponible("Le PACS s'est tu pendant l'envoi des images.")
    if status.get("NumberOfFailedSuboperations"):
        raise PacsIncomplet
    if code not in (SUCCESS, WARNING):
        raise PacsRefuse(f"Le PACS refuse l'envoi des images (statut {code:#06x}).")
