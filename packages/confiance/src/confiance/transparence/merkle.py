# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962 §2.1: hashing, roots, proofs and their checks, on SHA-256.

Nodes are named by (level, index): node (0, i) is the hash of leaf i, node (l, i) covers leaves i·2^l to (i+1)·2^l − 1. Only *complete*
nodes, whose leaves all exist, are ever stored: they never change. What a tree of another size needs beyond them is computed, so that a
proof costs a number of reads and hashes that grows as the logarithm of the log.

Building trusts its nodes; checking trusts nothing, and needs no node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from confiance.transparence.refusals import ConsistanceFausse, InclusionFausse

HASH_BYTES: Final = 32
MAX_SIZE: Final = (1 << 53) - 1
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class Noeuds(Protocol):
    """Where the complete nodes of a log are read."""

    def get(self, level: int, index: int) -> bytes:
        """Return the 32 bytes of a complete node, which exists."""


@dataclass(frozen=True, slots=True)
class Noeud:
    """A complete node to store."""

    level: int
    index: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 || data)."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Return the root of a whole tree from its leaf hashes; SHA-256 of nothing for none."""
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0] if level else EMPTY_ROOT


def append(noeuds: Noeuds, size: int, new_leaf: bytes) -> tuple[Noeud, ...]:
    """Return the complete nodes that one more leaf brings, the leaf first; the caller stores them all.

    Args:
        noeuds: the nodes of the log as it is.
        size: leaves of the log as it is; the new leaf has this index.
        new_leaf: hash of the new leaf.
    """
    made = [Noeud(0, size, new_leaf)]
    index = size
    while index & 1:
        left = noeuds.get(len(made) - 1, index - 1)
        index >>= 1
        made.append(Noeud(len(made), index, node_hash(left, made[-1].hash)))
    return tuple(made)


def root(noeuds: Noeuds, size: int) -> bytes:
    """Return the root of the first ``size`` leaves, in O(log size)."""
    return _hash_of(noeuds, 0, size) if size else EMPTY_ROOT


def inclusion_path(noeuds: Noeuds, index: int, size: int) -> tuple[bytes, ...]:
    """Return the audit path of a leaf, from the leaf up (RFC 6962 §2.1.1).

    Raises:
        ValueError: no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a log of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash_of(noeuds, middle, end))
            end = middle
        else:
            path.append(_hash_of(noeuds, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(noeuds: Noeuds, first: int, second: int) -> tuple[bytes, ...]:
    """Return the proof that the first ``first`` leaves begin a log of ``second`` (RFC 6962 §2.1.2); empty when nothing is to prove.

    Raises:
        ValueError: the first size is larger than the second, or negative.
    """
    if not 0 <= first <= second:
        raise ValueError(f"no proof from {first} to {second}")
    if first in {0, second}:
        return ()
    start, end, path = 0, second, []
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_hash_of(noeuds, middle, end))
            end = middle
        else:
            path.append(_hash_of(noeuds, start, middle))
            start = middle
    if start:  # else the old tree is itself a node of the new one, and its root is known
        path.append(_hash_of(noeuds, start, end))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is in the log of that size and root (RFC 9162 §2.1.3.2).

    Args:
        leaf: hash of the leaf.
        index: its place, from 0.
        size: leaves of the log.
        path: audit path, from the leaf up.
        root: trusted root of the log.

    Raises:
        InclusionFausse: the path does not show it.
    """
    if not 0 <= index < size <= MAX_SIZE or not _are_hashes(leaf, root, *path):
        raise InclusionFausse
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise InclusionFausse
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last or found != root:
        raise InclusionFausse


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> None:
    """Check that a log only grew (RFC 9162 §2.1.4.2).

    Args:
        first: leaves of the older log; 0 says nothing of the second.
        second: leaves of the newer log.
        first_root: trusted root of the older log.
        second_root: root of the newer log.
        path: consistency proof.

    Raises:
        ConsistanceFausse: the path does not show it.
    """
    if not 0 <= first <= second <= MAX_SIZE or not _are_hashes(first_root, second_root, *path):
        raise ConsistanceFausse
    if first in {0, second}:
        _check_trivial(first, second, first_root, second_root, path)
        return
    proof = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not proof:
        raise ConsistanceFausse
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            raise ConsistanceFausse
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last or old != first_root or new != second_root:
        raise ConsistanceFausse


def _check_trivial(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> None:
    """An empty log, or the same log: nothing is to prove, and no path is expected."""
    if path or (first == second and first_root != second_root) or (first == 0 and first_root != EMPTY_ROOT):
        raise ConsistanceFausse


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _split(width: int) -> int:
    """Return the largest power of two smaller than a width of 2 or more."""
    return 1 << ((width - 1).bit_length() - 1)


def _hash_of(noeuds: Noeuds, start: int, end: int) -> bytes:
    """Return the hash of leaves start..end−1, where start is a multiple of the widest power of two in the range.

    The range is cut into complete nodes, widest first; they are folded from the right.
    """
    complete = []
    while start < end:
        level = (end - start).bit_length() - 1
        complete.append(noeuds.get(level, start >> level))
        start += 1 << level
    found = complete.pop()
    while complete:
        found = node_hash(complete.pop(), found)
    return found


@dataclass
class NoeudsEnMemoire:
    """A log held in memory: for readers that rebuild a small one, and for tests.

    Attributes:
        levels: hashes of the complete nodes, level by level.
    """

    levels: list[list[bytes]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Leaves of the log."""
        return len(self.levels[0]) if self.levels else 0

    def get(self, level: int, index: int) -> bytes:
        """Return a complete node."""
        return self.levels[level][index]

    def append(self, new_leaf: bytes) -> int:
        """Add the hash of a leaf and return its index."""
        index = self.size
        for made in append(self, index, new_leaf):
            if made.level == len(self.levels):
                self.levels.append([])
            self.levels[made.level].append(made.hash)
        return index
