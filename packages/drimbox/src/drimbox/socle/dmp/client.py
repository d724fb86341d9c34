# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client of the DMP: deposit (ITI-41), update (ITI-57), search (ITI-18), retrieval (ITI-43), existence test (TD 0.2).

Every exchange is made under ORG AUTH_CLI, with a VIHF of its own; it raises an OwnError when that certificate or the DMP's authorities
cannot be used.

An outbox uses it in two moves: :meth:`DmpClient.build_deposit` (pure, no network), then, once the result is kept,
:meth:`DmpClient.send`, as often as it takes. Before it sends again what may have arrived, it asks: :meth:`DmpClient.find_again`. Sending
the same deposit twice would deposit once all the same: the DMP refuses the second by its uniqueIds, and the client then asks the DMP
whether what it holds is this very document.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from drimbox.config import Dmp
from drimbox.socle.dmp import deposit, update
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.contextes import context_of
from drimbox.socle.dmp.errors import DmpRefuse, DmpReponseInvalide, TropDeReponses
from drimbox.socle.dmp.existence import Existence, read_existence, write_existence
from drimbox.socle.dmp.model import ContexteVihf, Criteres, Depot, FicheDocument, KosADeposer, LimitesDmp, RequeteDepot
from drimbox.socle.dmp.mtom import SOAP_TYPE
from drimbox.socle.dmp.registry import read_entry, read_search_answer, write_get_document, write_search
from drimbox.socle.dmp.repository import DUPLICATE, TOO_MANY, read_deposit_answer, read_document, write_retrieve
from drimbox.socle.dmp.soap import Enveloppe, Reponse, read_response
from drimbox.socle.dmp.transport import Transport
from drimbox.socle.dmp.vihf import build_vihf, renew_vihf
from drimbox.socle.personnes import Code

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
        clock: Clock = utc_now,
    ) -> None:
        """Read the ORG SIGN certificate; the ORG AUTH_CLI is read at the first exchange, and no connection is opened before.

        Args:
            settings: table [dmp].
            limits: bounds of the exchanges.
            clock: gives aware instants.

        Raises:
            SignataireInvalide: the ORG SIGN certificate cannot be used.
        """
        self._limits = limits or LimitesDmp()
        self._expediteur = deposit.Expediteur.load(settings, self._limits)
        self._base = settings.base_url
        self._clock = clock
        self._settings = settings
        self._transport: Transport | None = None  # who only writes a request needs no TLS

    @property
    def limits(self) -> LimitesDmp:
        """The bounds of the exchanges."""
        return self._limits

    def build_deposit(self, kos: KosADeposer, *, remplace: str | None = None) -> RequeteDepot:
        """Build the request that deposits a KOS; nothing is sent.

        Args:
            kos: what is deposited.
            remplace: entryUUID of the document that it takes the place of, or None.

        Raises:
            DepotIncomplet: a value that the DMP requires is missing.
        """
        return deposit.build_deposit(kos, self._expediteur, self._clock(), remplace=remplace)

    def build_removal(self, depot: RequeteDepot, fiche: FicheDocument) -> RequeteDepot:
        """Build the request that deletes a document from the record; nothing is sent (see :mod:`drimbox.socle.dmp.update`).

        Raises:
            DmpReponseInvalide: the deposit is not one of ours.
        """
        return update.build_removal(depot, fiche, self._expediteur, self._clock())

    def build_visibility(self, depot: RequeteDepot, fiche: FicheDocument, codes: Iterable[Code]) -> RequeteDepot:
        """Build the request that says anew who may see a document; nothing is sent (see :mod:`drimbox.socle.dmp.update`).

        Raises:
            DmpReponseInvalide: the deposit is not one of ours.
        """
        return update.build_visibility(depot, fiche, codes, self._expediteur, self._clock())

    def renew(self, requete: RequeteDepot) -> RequeteDepot:
        """Return the request itself while its VIHF can be used, else the same deposit under a new VIHF.

        Raises:
            DmpReponseInvalide: the request is not one of ours.
        """
        now = self._clock()
        expired = deposit.is_expired(requete, self._limits, now)
        return deposit.renew_deposit(requete, self._expediteur, now) if expired else requete

    async def send(self, requete: RequeteDepot) -> Depot:
        """Send a deposit or an update, exactly as it was built unless its VIHF has expired meanwhile (see :attr:`Depot.requete`).

        Raises:
            DmpRefuse: the DMP refused it.
            DmpIndisponible: nobody knows what became of it; look for it, then send it again.
            DmpReponseInvalide: the answer cannot be read; or the request is not one of ours.
        """
        current = self.renew(requete)
        message_id = deposit.envelope_of(current, self._limits).message_id
        try:
            answer = await self._post(deposit.SERVICE_OF[current.action], current.content_type, current.body, message_id)
            read_deposit_answer(answer)
        except DmpRefuse as refusal:
            if current.action != voc.ACTION_DEPOT or not refusal.codes or not set(refusal.codes) <= DUPLICATE:
                raise
            there = await self._already_there(current)
            if there is None:
                raise
            return there
        return Depot(current)

    async def find_again(self, requete: RequeteDepot) -> Depot | None:
        """Tell whether the DMP already holds the document of a deposit whose answer was lost.

        A DMP that refuses the question says nothing of the deposit.

        Raises:
            DmpIndisponible: no usable answer.
            DmpReponseInvalide: the answer cannot be read; or the request is not one of ours.
        """
        return await self._already_there(self.renew(requete))

    async def find_document(self, depot: RequeteDepot) -> FicheDocument | None:
        """Return the entry of the KOS of a deposit as the registry holds it now, or None when it shows none (never there, or deleted).

        Raises:
            DmpRefuse: the DMP refused the question.
            DmpIndisponible: no usable answer.
            DmpReponseInvalide: the answer cannot be read; or the request is not one of ours.
        """
        ours = read_entry(update.kos_entry_of(depot, self._limits))
        found = await self._query(self._renewed(depot), write_get_document(ours.unique_id))
        same = [fiche for fiche in found if (fiche.unique_id, fiche.patient_ins) == (ours.unique_id, ours.patient_ins)]
        # a metadata update leaves the former versions of the entry behind it
        return max(same, key=lambda fiche: (fiche.status == "Approved", fiche.version), default=None)

    async def existence_of(self, depot: RequeteDepot) -> Existence:
        """Ask whether the patient of a deposit has a DMP that the structure may use (TD 0.2), in the name of who made the deposit.

        Raises:
            DmpRefuse: the DMP refused the question.
            DmpIndisponible: no usable answer.
            DmpReponseInvalide: the answer cannot be read; or the request is not one of ours.
        """
        ours = read_entry(update.kos_entry_of(depot, self._limits))
        body = write_existence(ours.patient_ins, self._expediteur.source_oid, self._clock())
        return read_existence(await self._ask("patients", voc.ACTION_EXISTENCE, self._renewed(depot), body))

    async def find_kos(self, contexte: ContexteVihf, criteres: Criteres | None = None) -> list[FicheDocument]:
        """Search the KOS of a patient, most recent first.

        Raises:
            DmpRefuse: the DMP refused the search.
            DmpIndisponible: no usable answer.
            TropDeReponses: there are more than one answer may hold.
            DmpReponseInvalide: the answer cannot be read, or speaks of another patient.
        """
        body = write_search(contexte.patient_ins, criteres or Criteres())
        try:
            found = await self._query(self._vihf(contexte), body)
        except DmpRefuse as refusal:
            raise (TropDeReponses() if set(refusal.codes) & TOO_MANY else refusal) from None
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
        if self._transport is not None:
            await self._transport.close()

    async def _already_there(self, requete: RequeteDepot) -> Depot | None:
        """Return the deposit when the DMP holds this very document: same uniqueId, same bytes, same patient."""
        ours = read_entry(update.kos_entry_of(requete, self._limits))
        try:
            fiche = await self.find_document(requete)
        except DmpRefuse:
            return None
        if fiche is None or (fiche.hash, fiche.size) != (ours.hash, ours.size):
            return None
        return Depot(requete, deja_present=True)

    def _renewed(self, requete: RequeteDepot) -> bytes:
        old = deposit.envelope_of(requete, self._limits).assertion
        return renew_vihf(old, self._expediteur.signataire, self._clock(), self._limits)

    async def _query(self, assertion: bytes, body: bytes) -> list[FicheDocument]:
        return read_search_answer(await self._ask("registry", voc.ACTION_RECHERCHE, assertion, body), self._limits)

    async def _ask(self, service: str, action: str, assertion: bytes, body: bytes) -> Reponse:
        message_id = f"urn:uuid:{uuid.uuid4()}"
        envelope = Enveloppe(action, f"{self._base}/{service}", message_id, assertion, body)
        content_type = f'{SOAP_TYPE}; charset=UTF-8; action="{action}"'
        return await self._post(service, content_type, envelope.write(), message_id)

    async def _post(self, service: str, content_type: str, body: bytes, message_id: str) -> Reponse:
        headers = {"Content-Type": content_type, "Accept": f"{SOAP_TYPE}, multipart/related", "Accept-Encoding": "identity"}
        http = await self._opened().post(f"{self._base}/{service}", headers, body)
        answer = read_response(http.content_type, http.body, self._limits)
        if http.status != 200 or answer.relates_to not in {"", message_id}:
            raise DmpReponseInvalide("La réponse du DMP n'est pas celle de cette demande.")
        return answer

    def _opened(self) -> Transport:
        if self._transport is None:
            self._transport = Transport(context_of(self._settings), self._settings.timeout, self._limits)
        return self._transport

    def _vihf(self, contexte: ContexteVihf) -> bytes:
        sender = self._expediteur
        return build_vihf(contexte, sender.logiciel, sender.signataire, self._clock(), self._limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
