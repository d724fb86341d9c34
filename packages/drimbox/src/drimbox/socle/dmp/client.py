# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client of the DMP: deposit (ITI-41), search (ITI-18), retrieval (ITI-43), under ORG AUTH_CLI and a VIHF per request.

An outbox uses it in two moves: :meth:`DmpClient.build_deposit` (pure, no network), then, once the result is kept,
:meth:`DmpClient.send`, as often as it takes. Sending the same request twice deposits once: the DMP refuses the second by its
uniqueIds, and the client then asks the DMP whether what it holds is this very document.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver
from lxml import etree

from drimbox.config import Dmp
from drimbox.socle.dmp import deposit
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.errors import DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import ContexteVihf, Criteres, Depot, FicheDocument, KosADeposer, LimitesDmp, RequeteDepot
from drimbox.socle.dmp.mtom import SOAP_TYPE
from drimbox.socle.dmp.registry import read_entry, read_search_answer, write_get_document, write_search
from drimbox.socle.dmp.repository import DUPLICATE, read_deposit_answer, read_document, write_retrieve
from drimbox.socle.dmp.soap import Enveloppe, Reponse, read_response
from drimbox.socle.dmp.transport import Transport
from drimbox.socle.dmp.vihf import build_vihf, renew_vihf
from drimbox.socle.dmp.xml_reader import parse
from drimbox.socle.tls.client import client_context_dmp

Clock = Callable[[], datetime]
_NEVER = datetime.min.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class DmpClient:
    """The DMP of one structure. Use it as an asynchronous context manager, or call :meth:`close`."""

    def __init__(
        self,
        settings: Dmp,
        *,
        limits: LimitesDmp | None = None,
        resolver: AbstractResolver | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Read the certificates; no connection is opened yet.

        Args:
            settings: table [dmp].
            limits: bounds of the exchanges.
            resolver: how names are resolved; the system's by default.
            clock: gives aware instants.

        Raises:
            SignataireInvalide: the ORG SIGN certificate cannot be used.
            OwnError: the ORG AUTH_CLI certificate or the DMP's authorities cannot be used.
        """
        self._limits = limits or LimitesDmp()
        self._expediteur = deposit.Expediteur.load(settings, self._limits)
        self._base = settings.base_url
        self._clock = clock
        self._transport = Transport(client_context_dmp(settings), settings.timeout, self._limits, resolver)

    def build_deposit(self, kos: KosADeposer) -> RequeteDepot:
        """Build the request that deposits a KOS; nothing is sent.

        Raises:
            DepotIncomplet: a value that the DMP requires is missing.
        """
        return deposit.build_deposit(kos, self._expediteur, self._clock())

    def renew(self, requete: RequeteDepot) -> RequeteDepot:
        """Return the request itself while its VIHF can be used, else the same deposit under a new VIHF.

        Raises:
            DmpReponseInvalide: the request is not one of ours.
        """
        now = self._clock()
        expired = deposit.is_expired(requete, self._limits, now)
        return deposit.renew_deposit(requete, self._expediteur, now) if expired else requete

    async def send(self, requete: RequeteDepot) -> Depot:
        """Send a deposit, exactly as it was built unless its VIHF has expired meanwhile (see :attr:`Depot.requete`).

        Raises:
            DmpRefuse: the DMP refused it.
            DmpIndisponible: nobody knows what became of it; send it again.
            DmpReponseInvalide: the answer cannot be read; or the request is not one of ours.
        """
        current = self.renew(requete)
        message_id = deposit.envelope_of(current, self._limits).message_id
        try:
            answer = await self._post("repository", current.content_type, current.body, message_id)
            read_deposit_answer(answer)
        except DmpRefuse as refusal:
            if refusal.codes and set(refusal.codes) <= DUPLICATE:
                return await self._already_there(current, refusal)
            raise
        return Depot(current)

    async def provide_and_register(self, kos: KosADeposer) -> Depot:
        """Build and send a deposit at once, without outbox.

        Raises:
            DepotIncomplet: a value that the DMP requires is missing.
            DmpRefuse: the DMP refused it.
            DmpIndisponible: nobody knows what became of it.
            DmpReponseInvalide: the answer cannot be read.
        """
        return await self.send(self.build_deposit(kos))

    async def find_kos(self, contexte: ContexteVihf, criteres: Criteres | None = None) -> list[FicheDocument]:
        """Search the KOS of a patient, most recent first.

        Raises:
            DmpRefuse: the DMP refused the search.
            DmpIndisponible: no usable answer.
            DmpReponseInvalide: the answer cannot be read, or speaks of another patient.
        """
        body = write_search(contexte.patient_ins, criteres or Criteres())
        found = await self._query(self._vihf(contexte), body)
        if any(fiche.patient_ins.value != contexte.patient_ins.value for fiche in found):
            raise DmpReponseInvalide("Le DMP a rendu des fiches d'un autre patient.")
        kos = [fiche for fiche in found if fiche.is_kos]
        return sorted(kos, key=lambda fiche: fiche.creation or _NEVER, reverse=True)

    async def retrieve(self, contexte: ContexteVihf, fiche: FicheDocument) -> bytes:
        """Fetch a document, checked against the hash and the size of its entry.

        Raises:
            DmpRefuse: the DMP refused.
            DmpIndisponible: no usable answer.
            DmpReponseInvalide: another document, or altered bytes.
        """
        body = write_retrieve(fiche.repository_unique_id, fiche.unique_id)
        answer = await self._ask("repository", voc.ACTION_RETRAIT, self._vihf(contexte), body)
        return read_document(answer, fiche)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _already_there(self, requete: RequeteDepot, refusal: DmpRefuse) -> Depot:
        """Answer a refusal for duplicate: success when the DMP already holds this very document."""
        envelope = deposit.envelope_of(requete, self._limits)
        ours = read_entry(_kos_entry(envelope, self._limits))
        assertion = renew_vihf(envelope.assertion, self._expediteur.signataire, self._clock(), self._limits)
        try:
            found = await self._query(assertion, write_get_document(ours.unique_id))
        except DmpRefuse:
            raise refusal from None
        same = [
            f for f in found if (f.unique_id, f.hash, f.size, f.patient_ins) == (ours.unique_id, ours.hash, ours.size, ours.patient_ins)
        ]
        if not same:
            raise refusal
        return Depot(requete, {fiche.unique_id: fiche.entry_uuid for fiche in same}, deja_present=True)

    async def _query(self, assertion: bytes, body: bytes) -> list[FicheDocument]:
        return read_search_answer(await self._ask("registry", voc.ACTION_RECHERCHE, assertion, body), self._limits)

    async def _ask(self, service: str, action: str, assertion: bytes, body: bytes) -> Reponse:
        message_id = f"urn:uuid:{uuid.uuid4()}"
        envelope = Enveloppe(action, f"{self._base}/{service}", message_id, assertion, body)
        content_type = f'{SOAP_TYPE}; charset=UTF-8; action="{action}"'
        return await self._post(service, content_type, envelope.write(), message_id)

    async def _post(self, service: str, content_type: str, body: bytes, message_id: str) -> Reponse:
        headers = {"Content-Type": content_type, "Accept": f"{SOAP_TYPE}, multipart/related", "Accept-Encoding": "identity"}
        http = await self._transport.post(f"{self._base}/{service}", headers, body)
        answer = read_response(http.content_type, http.body, self._limits)
        if http.status != 200 or answer.relates_to not in {"", message_id}:
            raise DmpReponseInvalide("La réponse du DMP n'est pas celle de cette demande.")
        return answer

    def _vihf(self, contexte: ContexteVihf) -> bytes:
        sender = self._expediteur
        return build_vihf(contexte, sender.logiciel, sender.signataire, self._clock(), self._limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()


def _kos_entry(envelope: Enveloppe, limits: LimitesDmp) -> etree._Element:
    for entry in parse(envelope.body, limits.xml_bytes).iterfind(f".//{{{voc.RIM}}}ExtrinsicObject"):
        if entry.get("mimeType") == "application/dicom":
            return entry
    raise DmpReponseInvalide("La requête gardée ne décrit pas de KOS.")
