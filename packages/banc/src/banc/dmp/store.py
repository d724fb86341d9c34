# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the simulated DMP holds: entries and documents in memory, exact deposits and KOS as files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from banc.dmp import schemes
from banc.dmp.metadata import CheckedSubmission
from banc.dmp.objects import RegistryItem
from banc.dmp.refusals import RegistryFailure


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered document.

    Attributes:
        entry_uuid: given by the registry.
        patient: as a CX.
        item: its metadata.
        content: its bytes.
    """

    entry_uuid: str
    patient: str
    item: RegistryItem
    content: bytes

    @property
    def unique_id(self) -> str:
        """The document's uniqueId."""
        return self.item.identifiers[schemes.UNIQUE]

    def __repr__(self) -> str:
        return f"Entry({self.entry_uuid})"


@dataclass(slots=True)
class Store:
    """Registry and repository of one simulator; one event loop, no other writer."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
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

    def register(self, submission: CheckedSubmission, documents: dict[str, bytes]) -> list[Entry]:
        """Register a submission, whole or not at all.

        Raises:
            RegistryFailure: XDSDuplicateUniqueIdInRegistry, or XDSNonIdenticalHash when the known document is another one.
        """
        items = list(submission.submission.entries.values())
        known = [self.entries[uid] for item in items if (uid := item.identifiers[schemes.UNIQUE]) in self.entries]
        if any(entry.content != documents[item.identifier] for entry in known for item in items if _is_same(entry, item)):
            raise RegistryFailure("XDSNonIdenticalHash", "Un autre document porte déjà cet identifiant unique.")
        if known or submission.unique_id in self._submissions:
            raise RegistryFailure("XDSDuplicateUniqueIdInRegistry", "Un identifiant unique du lot est déjà connu.")
        self._submissions.add(submission.unique_id)
        created = [Entry(f"urn:uuid:{uuid.uuid4()}", submission.patient, item, documents[item.identifier]) for item in items]
        self.entries.update({entry.unique_id: entry for entry in created})
        kos_uid = submission.kos.identifiers[schemes.UNIQUE]
        (self.folder / "kos" / f"{kos_uid}.dcm").write_bytes(documents[submission.kos.identifier])
        return created

    def of_patient(self, patient: str) -> Iterator[Entry]:
        """Yield the entries of a patient, in order of arrival."""
        return (entry for entry in self.entries.values() if entry.patient == patient)


def _is_same(entry: Entry, item: RegistryItem) -> bool:
    return entry.unique_id == item.identifiers[schemes.UNIQUE]
