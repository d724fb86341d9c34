# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Opening an association with a PACS, under its limits; every outcome of the opening is one of our errors."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.fsm import InvalidEventError
from pynetdicom.presentation import PresentationContext
from pynetdicom.transport import AddressInformation, AssociationSocket

from drimbox.config import Pacs
from drimbox.socle.pacs.appel import tls_context
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from drimbox.socle.pacs.places import place

MAX_PDU_BYTES = 131_072
REJECTED_FOR_GOOD = 0x01


def associate(
    pacs: Pacs, contexts: Sequence[PresentationContext], *, roles: Sequence[Any] = (), handlers: Sequence[Any] = ()
) -> Association:
    """Open an association. The caller releases or aborts it.

    Args:
        pacs: whom to call, and under which AE Title.
        contexts: presentation contexts to propose.
        roles: role selections (C-GET).
        handlers: pynetdicom event handlers.

    Raises:
        PacsIndisponible: no connection, no answer in time, or a refusal said to be transient.
        PacsRefuse: the PACS refuses us, or offers none of the services.
    """
    ae = _Ae(ae_title=pacs.calling_aet)
    ae.implementation_class_uid = IMPLEMENTATION_CLASS_UID
    ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    ae.acse_timeout = ae.dimse_timeout = ae.connection_timeout = pacs.timeout
    ae.network_timeout = None  # an association may wait for a slow reader of ours: that wait has its own limit, elsewhere
    context = tls_context(pacs)
    with translated():
        association = ae.associate(
            pacs.host,
            pacs.port,
            contexts=list(contexts),
            ae_title=pacs.aet,
            max_pdu=MAX_PDU_BYTES,
            ext_neg=list(roles),
            tls_args=None if context is None or pacs.tls is None else (context, pacs.tls.server_name or pacs.host),
            evt_handlers=[(evt.EVT_CONN_OPEN, _tune, [pacs.timeout]), *handlers],
        )
    if not association.is_established:
        raise _why_not(association)
    keep_answers(association)
    ignore_late_events(association)
    return association


@contextmanager
def opened(pacs: Pacs, contexts: Sequence[PresentationContext]) -> Iterator[Association]:
    """Open an association for the time of a block: released after it, aborted when it fails."""
    with place(pacs):
        association = associate(pacs, contexts)
        try:
            with translated():
                yield association
        except BaseException:
            close(association, abort=True)
            raise
        close(association)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what pynetdicom raises into our errors: no context for a service (ValueError), no association any more (RuntimeError)."""
    try:
        yield
    except ValueError:
        raise PacsRefuse("Le PACS n'offre pas le service demandé.") from None
    except (RuntimeError, OSError) as error:
        raise PacsIndisponible from error


def close(association: Association, *, abort: bool = False) -> None:
    """End an association, whatever its state, and its connection with it."""
    if association.is_established and abort:
        association.abort()
    elif association.is_established:
        association.release()
    connection = association.dul.socket
    if connection is not None:
        connection._shutdown_socket()  # noqa: SLF001 - ours, see _Socket: idempotent


def keep_answers(association: Any) -> None:
    """Let nobody but us take the answers of an association that we opened.

    The reactor thread of pynetdicom also looks at the queue of messages; pausing it leaves a moment when it takes one answer and drops it
    ("unexpected service message"): an instance missing from a description, in silence. We never serve a request on such an association
    (C-STORE sub-operations of a C-GET are taken by the thread that waits for its answers): the reactor is given nothing.
    """
    provider = association.dimse
    take = provider.get_msg

    def get_msg(block: bool = False) -> Any:
        return take(block=True) if block else (None, None)

    provider.get_msg = get_msg


def ignore_late_events(association: Any) -> None:
    """Let an association end in peace when the other side leaves while something is being sent.

    What was queued reaches the state machine of pynetdicom after the end (PS3.8 table 9-10 leaves these cases empty): it raises in its
    own thread, which dies and leaves the connection open. There is nothing left to do with such an event.
    """
    machine = association.dul.state_machine
    run = machine.do_action

    def do_action(event: str) -> None:
        with suppress(InvalidEventError):
            run(event)

    machine.do_action = do_action


class _Socket(AssociationSocket):
    """A socket that is closed in every case: pynetdicom forgets those that the other side closed first."""

    def _shutdown_socket(self) -> None:
        connection = self.socket
        super()._shutdown_socket()
        if connection is not None:
            connection.close()


class _Ae(AE):
    def _create_socket(self, assoc: Association, address: AddressInformation, tls_args: Any) -> AssociationSocket:
        if tls_args:
            return super()._create_socket(assoc, address, tls_args)
        return _Socket(assoc, address=address)


def _tune(event: Any, timeout: float) -> None:
    connection = event.assoc.dul.socket.socket
    if connection is not None:
        # Nagle's algorithm costs 40 ms per object when the other side delays its acknowledgements.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # pynetdicom sends without a limit of time: a PACS that stops reading would hold its thread, and us, for ever.
        seconds, rest = divmod(timeout, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(seconds), int(rest * 1e6)))


def _why_not(association: Association) -> PacsIndisponible | PacsRefuse:
    answer = association.acceptor.primitive
    if association.is_rejected:
        if getattr(answer, "result", None) == REJECTED_FOR_GOOD:
            return PacsRefuse("Le PACS refuse l'association : AE Title inconnu ou non autorisé.")
        return PacsIndisponible("Le PACS refuse l'association pour le moment.")
    if answer is not None and association.rejected_contexts and not association.accepted_contexts:
        return PacsRefuse("Le PACS n'offre aucun des services demandés.")
    return PacsIndisponible()
