# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The transactions, from a read request to an answer. No HTTP here."""

from __future__ import annotations

from dataclasses import dataclass

from banc.dmp import answers, documents, queries
from banc.dmp.answers import Answer
from banc.dmp.assertion import VerifiedVihf, verify_vihf
from banc.dmp.config import DmpConfig
from banc.dmp.envelope import Request, check_structure, read_request
from banc.dmp.existence import answer_existence
from banc.dmp.metadata import check_submission
from banc.dmp.names import DELETED, EXISTENCE, PROVIDE_AND_REGISTER, RETRIEVE, STORED_QUERY, UPDATE, name
from banc.dmp.objects import read_submission
from banc.dmp.products import Anchors
from banc.dmp.refusals import RegistryFailure, SecurityFault, SenderFault
from banc.dmp.store import Store
from banc.dmp.update import apply_update

REPOSITORY_ACTIONS = {
    PROVIDE_AND_REGISTER: "xdsb:ProvideAndRegisterDocumentSetRequest",
    RETRIEVE: "xdsb:RetrieveDocumentSetRequest",
}
REGISTRY_ACTIONS = {STORED_QUERY: "query:AdhocQueryRequest", UPDATE: "lcm:SubmitObjectsRequest"}
PATIENT_ACTIONS = {EXISTENCE: "hl7:PRPA_IN201307UV02"}


@dataclass(frozen=True, slots=True)
class Services:
    """What a DMP does with a request whose client certificate was accepted."""

    config: DmpConfig
    anchors: Anchors
    store: Store

    def answer(self, content_type: str, body: bytes, actions: dict[str, str]) -> Answer:
        """Answer a request, whatever it is.

        Args:
            content_type: value of the HTTP header.
            body: whole HTTP body.
            actions: actions served here, with the element that each wants.
        """
        try:
            request = read_request(content_type, body)
        except SenderFault as refusal:
            return answers.fault("Sender", refusal.code, refusal.detail)
        if request.action == PROVIDE_AND_REGISTER:
            self.store.keep_body(body)
        try:
            vihf = self._admit(request, actions)
            return self._serve(request, vihf)
        except (SenderFault, SecurityFault) as refusal:
            return answers.fault("Sender", refusal.code, refusal.detail, request.message_id)

    def _admit(self, request: Request, actions: dict[str, str]) -> VerifiedVihf:
        if request.action not in actions or request.body.tag != name(actions[request.action]):
            raise SenderFault("wsa:ActionNotSupported", "L'action n'est pas servie ici, ou le corps n'est pas le sien.")
        if request.action != EXISTENCE:
            check_structure(request.body)
        vihf = verify_vihf(request.assertion, self.anchors, self.config)
        if self.store.is_replay(vihf.identifier, request.message_id):
            raise SecurityFault("wsse:FailedAuthentication", "Cette assertion a déjà servi à un autre message.")
        return vihf

    def _serve(self, request: Request, vihf: VerifiedVihf) -> Answer:
        if request.action == PROVIDE_AND_REGISTER:
            return self._provide_and_register(request, vihf)
        if request.action == RETRIEVE:
            return self._retrieve(request, vihf)
        if request.action == UPDATE:
            return self._update(request, vihf)
        if request.action == EXISTENCE:
            return answers.soap(request.action, request.message_id, answer_existence(request.body, vihf.patient, self.config))
        return self._query(request, vihf)

    def _provide_and_register(self, request: Request, vihf: VerifiedVihf) -> Answer:
        try:
            submission = check_submission(read_submission(request.body), vihf.patient, self.config)
            attached = documents.attached_documents(request)
            documents.check_bytes(submission, attached)
            documents.check_signature(submission, attached, self.anchors, self.config.now())
            documents.check_kos(submission, attached)
            self.store.register(submission, attached, vihf.structure)
        except RegistryFailure as failure:
            return answers.soap(request.action, request.message_id, answers.registry_response(failure))
        return answers.soap(request.action, request.message_id, answers.registry_response())

    def _update(self, request: Request, vihf: VerifiedVihf) -> Answer:
        try:
            apply_update(read_submission(request.body), vihf, self.store, self.config)
        except RegistryFailure as failure:
            return answers.soap(request.action, request.message_id, answers.registry_response(failure))
        return answers.soap(request.action, request.message_id, answers.registry_response())

    def _query(self, request: Request, vihf: VerifiedVihf) -> Answer:
        try:
            query = queries.read_query(request.body)
            found = queries.run(query, self.store, vihf, self.config)
        except RegistryFailure as failure:
            return answers.soap(request.action, request.message_id, answers.query_failure(failure))
        response = answers.query_response(found, self.config.repository_unique_id, leaf_class=query.leaf_class)
        return answers.soap(request.action, request.message_id, response)

    def _retrieve(self, request: Request, vihf: VerifiedVihf) -> Answer:
        if vihf.mode == "INDIRECTE":
            raise SecurityFault("wsse:FailedAuthentication", "La consultation demande l'authentification du professionnel.")
        repository = self.config.repository_unique_id
        try:
            wanted = [
                (
                    (asked.findtext(name("xdsb:RepositoryUniqueId")) or "").strip(),
                    (asked.findtext(name("xdsb:DocumentUniqueId")) or "").strip(),
                )
                for asked in request.body.findall(name("xdsb:DocumentRequest"))
            ]
            if any(named != repository for named, _ in wanted):
                raise RegistryFailure("XDSUnknownRepositoryId", "Cet entrepôt n'est pas celui-ci.")
            # a document of another patient is answered like one that does not exist
            held = {entry.unique_id: entry for entry in self.store.of_patient(vihf.patient) if entry.status != DELETED}
            if any(unique_id not in held for _, unique_id in wanted):
                raise RegistryFailure("XDSDocumentUniqueIdError", "Document inconnu dans ce dossier.")
        except RegistryFailure as failure:
            return answers.soap(request.action, request.message_id, answers.retrieve_failure(failure))
        return answers.mtom(request.action, request.message_id, repository, [held[unique_id] for _, unique_id in wanted])
