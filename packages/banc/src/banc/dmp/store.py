# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the simulated DMP holds: entries and documents in memory, exact deposits and KOS as files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from banc.dmp import schemes
from banc.dmp.metadata import CheckedSubmission
from banc.dmp.names import APPROVED, DELETED, DEPRECATED
from banc.dmp.objects import RegistryItem
from banc.dmp.refusals import RegistryFailure


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered document, in the present version of its metadata.

    Attributes:
        entry_uuid: given by the registry to this version.
        patient: as a CX.
        item: its metadata.
        content: its bytes.
        structure: who submitted it; nobody else may change it.
        logical_id: entryUUID of its first version.
        status: availability.
        version: of its metadata, from 1.
    """

    entry_uuid: str
    patient: str
    item: RegistryItem
    content: bytes
    structure: str = ""
    logical_id: str = ""
    status: str = APPROVED
    version: int = 1

    @property
    def unique_id(self) -> str:
        """The document's uniqueId."""
        return self.item.identifiers[schemes.UNIQUE]

    @property
    def confidentialities(self) -> tuple[str, ...]:
        """Who may see it (JDV_J08)."""
        return tuple(value.code for value in self.item.codes.get(schemes.CONFIDENTIALITY, ()))

    def __repr__(self) -> str:
        return f"Entry({self.entry_uuid})"


@dataclass(frozen=True, slots=True)
class Fait:
    """One thing that was really done, in order: what a test of order and of unicity reads.

    Attributes:
        kind: ``depot``, ``remplacement``, ``suppression`` or ``visibilite``.
        unique_id: of the KOS.
        former: uniqueId of the document replaced, or an empty text.
    """

    kind: str
    unique_id: str
    former: str = ""


@dataclass(slots=True)
class Store:
    """Registry and repository of one simulator; one event loop, no other writer."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    faits: list[Fait] = field(default_factory=list)
    _submissions: set[str] = field(default_factory=set)
    _assertions: dict[str, str] = field(default_factory=dict)
    _bodies: int = 0

    def __post_init__(self) -> None:
        for name in ("depots", "kos"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._bodies = len(list((self.folder / "depots").glob("*.mime")))

    def keep_body(self, body: bytes) -> Path:
        """Write the exact body of a deposit and return its file."""
        self._bodies += 1
        path = self.folder / "depots" / f"{self._bodies}.mime"
        path.write_bytes(body)
        return path

    def is_replay(self, assertion_id: str, message_id: str) -> bool:
        """Tell whether an assertion already served another message; remembers it otherwise.

        The same message may come again: its sender did not get the answer.
        """
        return self._assertions.setdefault(assertion_id, message_id) != message_id

    def register(self, submission: CheckedSubmission, documents: dict[str, bytes], structure: str = "") -> list[Entry]:
        """Register a submission, whole or not at all.

        Raises:
            RegistryFailure: XDSDuplicateUniqueIdInRegistry, XDSNonIdenticalHash when the known document is another one, or
                XDSReplaceFailed, XDSRegistryDeprecatedDocumentError when nothing can be replaced there.
        """
        items = list(submission.submission.entries.values())
        known = [self.entries[uid] for item in items if (uid := item.identifiers[schemes.UNIQUE]) in self.entries]
        if any(entry.content != documents[item.identifier] for entry in known for item in items if _is_same(entry, item)):
            raise RegistryFailure("XDSNonIdenticalHash", "Un autre document porte déjà cet identifiant unique.")
        if known or submission.unique_id in self._submissions:
            raise RegistryFailure("XDSDuplicateUniqueIdInRegistry", "Un identifiant unique du lot est déjà connu.")
        former = self._replaceable(submission)
        self._submissions.add(submission.unique_id)
        created = [_entry(submission.patient, item, documents[item.identifier], structure) for item in items]
        self.entries.update({entry.unique_id: entry for entry in created})
        kos_uid = submission.kos.identifiers[schemes.UNIQUE]
        if former is not None:
            self.entries[former.unique_id] = replace(former, status=DEPRECATED)
        self.faits.append(Fait("remplacement" if former else "depot", kos_uid, former.unique_id if former else ""))
        (self.folder / "kos" / f"{kos_uid}.dcm").write_bytes(documents[submission.kos.identifier])
        return created

    def change_status(self, entry: Entry, status: str) -> None:
        """Change the availability of a document."""
        self.entries[entry.unique_id] = replace(entry, status=status)
        self.faits.append(Fait("suppression" if status == DELETED else "disponibilite", entry.unique_id))

    def change_metadata(self, entry: Entry, item: RegistryItem) -> None:
        """Give a document a new version of its metadata, under a new entryUUID."""
        changed = replace(entry, entry_uuid=f"urn:uuid:{uuid.uuid4()}", item=item, version=entry.version + 1)
        self.entries[entry.unique_id] = changed
        self.faits.append(Fait("visibilite", entry.unique_id))

    def forget(self) -> None:
        """Forget every document and submission, so that the very same deposit may come again: for measures."""
        self.entries.clear()
        self._submissions.clear()

    def is_known_submission(self, unique_id: str) -> bool:
        """Tell whether a submission set was already taken; remembers it otherwise."""
        known = unique_id in self._submissions
        self._submissions.add(unique_id)
        return known

    def by_uuid(self, entry_uuid: str, patient: str) -> Entry | None:
        """Return a document of a patient by the entryUUID of its present version."""
        return next((entry for entry in self.of_patient(patient) if entry.entry_uuid == entry_uuid), None)

    def _replaceable(self, submission: CheckedSubmission) -> Entry | None:
        if not submission.replaces:
            return None
        former = self.by_uuid(submission.replaces, submission.patient)
        if former is None or former.status == DELETED:
            raise RegistryFailure("XDSReplaceFailed", "Le document à remplacer n'existe pas dans ce dossier.")
        if former.status != APPROVED:
            raise RegistryFailure("XDSRegistryDeprecatedDocumentError", "Le document à remplacer n'est plus en vigueur.")
        if former.item.mime_type != submission.kos.mime_type:
            raise RegistryFailure("XDSReplaceFailed", "Le document à remplacer n'est pas un KOS.")
        return former

    def of_patient(self, patient: str) -> Iterator[Entry]:
        """Yield the entries of a patient, in order of arrival."""
        return (entry for entry in self.entries.values() if entry.patient == patient)


def _entry(patient: str, item: RegistryItem, content: bytes, structure: str) -> Entry:
    entry_uuid = f"urn:uuid:{uuid.uuid4()}"
    return Entry(entry_uuid, patient, item, content, structure, entry_uuid)


def _is_same(entry: Entry, item: RegistryItem) -> bool:
    return entry.unique_id == item.identifiers[schemes.UNIQUE]
