# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What published lists said, read in their own bytes: nothing else is evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from confiance.liste_blanche import Brouillon, Diff, Domaine, Format, ListeBlanche, diff, read_unverified
from espace.liste_blanche.errors import ContenuAltere
from espace.liste_blanche.models import Publication
from espace.liste_blanche.states import Etat

_KEPT = 4  # lists of 20,000 rows kept read: a page shows two, the next page often the same


@dataclass(frozen=True, slots=True)
class Presence:
    """Answer to « was this name in the list at that second, and under which DN? ».

    Attributes:
        sequence: number of the list in force at that instant.
        sha256: of its file.
        date_generation: its DateDeGeneration.
        publiee_le: since when it was in force.
        domaines: its rows of that name; none when the name was not in the list.
    """

    sequence: int
    sha256: str
    date_generation: datetime
    publiee_le: datetime
    domaines: tuple[Domaine, ...]

    @property
    def dns(self) -> tuple[str, ...]:
        """The DNs under which the name was in the list, each once."""
        return tuple(dict.fromkeys(domaine.dn_certificat_operateur for domaine in self.domaines))


def at(name: str, instant: datetime) -> Presence | None:
    """Tell what the list in force at an instant said of a name; None before the first list.

    Args:
        name: db name, in any case.
        instant: aware; a list is in force from the instant of its publication until that of the next one.
    """
    found = Publication.objects.filter(etat=Etat.PUBLIEE, terminee_le__lte=instant).order_by("-sequence")
    row = found.values_list("sequence", "sha256", "date_generation", "terminee_le").first()
    if row is None or row[0] is None or row[2] is None or row[3] is None:
        return None
    wanted = name.strip().rstrip(".").lower()
    rows = tuple(domaine for domaine in _content(row[1]).domaines if domaine.db.lower() == wanted)
    return Presence(row[0], row[1], row[2], row[3], rows)


def changes(sequence: int) -> Diff | None:
    """Return what a list changed since the one before, row by row; None when there is no such list or none before it."""
    return between(sequence - 1, sequence)


def between(first: int, second: int) -> Diff | None:
    """Return what changed from a published list to another one, row by row; None when one of them does not exist."""
    shas = dict(Publication.objects.filter(etat=Etat.PUBLIEE, sequence__in=[first, second]).values_list("sequence", "sha256"))
    if first not in shas or second not in shas:
        return None
    return diff(_content(shas[first]), _content(shas[second]))


def rows_in_force() -> Brouillon | None:
    """Return the rows of the list in force."""
    sha256 = Publication.objects.filter(etat=Etat.PUBLIEE).order_by("-sequence").values_list("sha256", flat=True).first()
    return None if sha256 is None else _content(sha256)


def rows_of(sha256: str) -> Brouillon:
    """Return the rows of a list that was published.

    Args:
        sha256: of its file.

    Raises:
        ContenuAltere: its bytes are not those that were verified.
    """
    return _content(sha256)


def remember(relue: ListeBlanche) -> None:
    """Keep the rows of a list that was just verified and published, so that the next publication does not read its bytes again."""
    kept = Brouillon(relue.domaines, relue.date_generation, relue.namespace, relue.version_format)
    _PUBLISHED.clear()
    _PUBLISHED[relue.sha256] = kept


def forget() -> None:
    """Forget every list read: the next look reads their bytes again."""
    _PUBLISHED.clear()
    _read.cache_clear()


_PUBLISHED: dict[str, Brouillon] = {}
"""The last list that this process published, by its SHA-256."""


def _content(sha256: str) -> Brouillon:
    return _PUBLISHED.get(sha256) or _read(sha256)


@lru_cache(maxsize=_KEPT)
def _read(sha256: str) -> Brouillon:
    """Read a list that we published, once its bytes are seen to be the ones that were verified then."""
    data = bytes(Publication.objects.filter(etat=Etat.PUBLIEE, sha256=sha256).values_list("contenu", flat=True)[0] or b"")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ContenuAltere
    return read_unverified(data, Format(namespaces=frozenset({_namespace(data)})))


def _namespace(data: bytes) -> str:
    """Return the namespace that this list of ours declares: the setting may have changed since."""
    return data.split(b'xmlns="', 1)[1].split(b'"', 1)[0].decode()
