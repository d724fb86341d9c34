# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""ITI-57 as the DMP takes it (TD 3.3): a change of availability, or of who may see a document; nothing else may change.

Source: IHE ITI TF-2 §3.57, CI-SIS volet Partage de documents de santé, JDV_J52.
"""

from __future__ import annotations

from typing import Final

from banc.dmp import schemes
from banc.dmp.assertion import VerifiedVihf
from banc.dmp.config import DmpConfig
from banc.dmp.metadata import check_confidentiality, check_set
from banc.dmp.names import APPROVED, ARCHIVED, ASSOCIATION, DELETED, UPDATES_STATUS
from banc.dmp.objects import Link, RegistryItem, Submission
from banc.dmp.refusals import RegistryFailure
from banc.dmp.store import Entry, Store

UPDATE_ERROR: Final = "XDSMetadataUpdateError"
_ALLOWED: Final = {APPROVED: {ARCHIVED, DELETED}, ARCHIVED: {APPROVED, DELETED}}
_FREE_SLOTS: Final = frozenset({"submissionTime", "repositoryUniqueId"})


def apply_update(submission: Submission, vihf: VerifiedVihf, store: Store, config: DmpConfig) -> None:
    """Check an update and do it.

    Raises:
        RegistryFailure: with the XDS code of the first fault; nothing was changed.
    """
    patient = check_set(submission, vihf.patient, config)
    if len(submission.links) != 1 or len(submission.entries) > 1:
        raise RegistryFailure("XDSMetadataUpdateOperationError", "Une mise à jour tient en une association et une fiche au plus.")
    (link,) = submission.links
    if link.source != submission.package.identifier:
        raise RegistryFailure("XDSMetadataUpdateOperationError", "L'association ne part pas du lot.")
    item = next(iter(submission.entries.values()), None)
    if link.kind == UPDATES_STATUS and item is None:
        entry, status = _status_change(link, patient, store)
        _admit(entry, submission, vihf, store)
        store.change_status(entry, status)
    elif link.kind == f"{ASSOCIATION}HasMember" and item is not None and link.target == item.identifier:
        entry = _metadata_change(link, item, patient, store)
        _admit(entry, submission, vihf, store)
        store.change_metadata(entry, item)
    else:
        raise RegistryFailure("XDSMetadataUpdateOperationError", "Cette opération n'est pas servie.")


def _admit(entry: Entry, submission: Submission, vihf: VerifiedVihf, store: Store) -> None:
    if entry.structure != vihf.structure:
        raise RegistryFailure(UPDATE_ERROR, "Seule la structure qui a déposé un document peut le modifier.")
    if store.is_known_submission(submission.package.identifiers[schemes.SET_UNIQUE]):
        raise RegistryFailure("XDSDuplicateUniqueIdInRegistry", "Ce lot est déjà connu.")


def _status_change(link: Link, patient: str, store: Store) -> tuple[Entry, str]:
    entry = store.by_uuid(link.target, patient)
    if entry is None or entry.status == DELETED:
        raise RegistryFailure(UPDATE_ERROR, "Ce document n'existe pas dans ce dossier.")
    if link.slot("OriginalStatus") != entry.status:
        raise RegistryFailure(UPDATE_ERROR, "Le statut de départ n'est pas celui du document.")
    wanted = link.slot("NewStatus")
    if wanted not in _ALLOWED.get(entry.status, set()):
        raise RegistryFailure(UPDATE_ERROR, "Ce changement de statut n'est pas permis.")
    return entry, wanted


def _metadata_change(link: Link, item: RegistryItem, patient: str, store: Store) -> Entry:
    lid = item.element.get("lid", "")
    entry = next((known for known in store.of_patient(patient) if known.logical_id == lid and known.status == APPROVED), None)
    if entry is None:
        raise RegistryFailure(UPDATE_ERROR, "Aucun document en vigueur n'a cet identifiant logique dans ce dossier.")
    if link.slot("PreviousVersion") != str(entry.version):
        raise RegistryFailure("XDSMetadataVersionError", "La version de départ n'est pas celle de la fiche.")
    if _frozen(item) != _frozen(entry.item):
        raise RegistryFailure(UPDATE_ERROR, "Seule la visibilité d'un document peut changer.")
    check_confidentiality(item)
    return entry


def _frozen(item: RegistryItem) -> tuple[object, ...]:
    """Return everything of an entry that an update may not touch."""
    slots = {key: values for key, values in item.slots.items() if key not in _FREE_SLOTS}
    codes = {scheme: values for scheme, values in item.codes.items() if scheme != schemes.CONFIDENTIALITY}
    return item.mime_type, item.object_type, slots, codes, dict(item.authors), dict(item.identifiers)
