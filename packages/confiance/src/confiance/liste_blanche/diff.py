# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What changed between two lists, row by row.

A row is known by its name and its certificate: the Identifiant repeats. Rows of one name whose certificate changed are paired, so
that a renewal shows as a change and not as a removal.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from confiance.liste_blanche.model import Contenu, Domaine

_FIELDS = ("identifiant", "vi", "denomination", "dn_certificat_operateur", "support_contact", "date_maj")


@dataclass(frozen=True, slots=True)
class Changement:
    """A row before and after, and the names of the fields that differ."""

    before: Domaine
    after: Domaine
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Difference between two lists.

    Attributes:
        added: rows only in the second.
        removed: rows only in the first.
        changed: rows in both, with differences.
        before: DateDeGeneration of the first.
        after: DateDeGeneration of the second.
    """

    added: tuple[Domaine, ...]
    removed: tuple[Domaine, ...]
    changed: tuple[Changement, ...]
    before: datetime
    after: datetime

    def __bool__(self) -> bool:
        """Tell whether a row differs."""
        return bool(self.added or self.removed or self.changed)


def diff(before: Contenu, after: Contenu) -> Diff:
    """Compare two lists or drafts; rows come in the order of their file."""
    touched = _touched(before.domaines, after.domaines)
    old, new = _by_name(before, touched), _by_name(after, touched)
    added: list[Domaine] = []
    removed: list[Domaine] = []
    changed: list[Changement] = []
    for name in dict.fromkeys((*old, *new)):
        pairs, gone, come = _pair(old.get(name, []), new.get(name, []))
        removed += gone
        added += come
        changed += [change for pair in pairs if (change := _change(*pair)).fields]
    return Diff(tuple(added), tuple(removed), tuple(changed), before.date_generation, after.date_generation)


def _touched(before: tuple[Domaine, ...], after: tuple[Domaine, ...]) -> set[str]:
    """Return the names of which a row differs: most lists change little, and no DN is parsed for their other rows."""
    left, right = set(before), set(after)
    if len(left) < len(before) or len(right) < len(after):  # a row stands twice: no name is left aside
        return {_name(row) for row in left | right}
    return {_name(row) for row in left ^ right}


def _by_name(content: Contenu, touched: set[str]) -> dict[str, list[Domaine]]:
    grouped: defaultdict[str, list[Domaine]] = defaultdict(list)
    for domaine in content.domaines if touched else ():
        if (name := _name(domaine)) in touched:
            grouped[name].append(domaine)
    return grouped


def _name(domaine: Domaine) -> str:
    return domaine.db.strip().lower()


def _pair(old: list[Domaine], new: list[Domaine]) -> tuple[list[tuple[Domaine, Domaine]], list[Domaine], list[Domaine]]:
    """Pair rows of one name: same certificate first, then what is left, in order."""
    left, right = list(old), list(new)
    pairs: list[tuple[Domaine, Domaine]] = []
    for row in old:
        same = next((other for other in right if _certificate(other) == _certificate(row)), None)
        if same is not None:
            pairs.append((row, same))
            left.remove(row)
            right.remove(same)
    renewed = list(zip(left, right, strict=False))
    return pairs + renewed, left[len(renewed) :], right[len(renewed) :]


def _certificate(domaine: Domaine) -> object:
    return domaine.dn() or domaine.dn_certificat_operateur


def _change(before: Domaine, after: Domaine) -> Changement:
    return Changement(before, after, tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name)))
