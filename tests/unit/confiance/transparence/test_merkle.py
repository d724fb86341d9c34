# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree of RFC 6962: published vectors, the recursive definition as reference, and whatever is changed is refused."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confiance.transparence.merkle import (
    EMPTY_ROOT,
    Noeud,
    NoeudsEnMemoire,
    append,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from confiance.transparence.refusals import ConsistanceFausse, InclusionFausse

# leaves, roots and proofs of the reference implementation of Certificate Transparency
LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def _log(leaves: Sequence[bytes]) -> NoeudsEnMemoire:
    log = NoeudsEnMemoire()
    for leaf in leaves:
        log.append(leaf_hash(leaf))
    return log


def _leaves(size: int) -> list[bytes]:
    return [rank.to_bytes(4, "big") for rank in range(size)]


LOG = _log(_leaves(64))
HASHES = [leaf_hash(leaf) for leaf in _leaves(64)]


# the definitions of RFC 6962 §2.1 to §2.1.2, word for word
def mth(d: Sequence[bytes]) -> bytes:
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = _k(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = _k(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = _k(len(d))
    return [*subproof(m, d[:k], b), mth(d[k:])] if m <= k else [*subproof(m - k, d[k:], False), mth(d[:k])]


def _k(n: int) -> int:
    return max(1 << power for power in range(n.bit_length()) if 1 << power < n)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_are_found(size: int) -> None:
    assert root(_log(LEAVES), size).hex() == ROOTS[size - 1]
    assert root_of(map(leaf_hash, LEAVES[:size])).hex() == ROOTS[size - 1]


def test_an_empty_log_has_the_root_of_nothing() -> None:
    assert root(NoeudsEnMemoire(), 0) == root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_the_published_inclusion_paths_are_found(index: int, size: int) -> None:
    found = inclusion_path(_log(LEAVES), index, size)
    assert [one.hex() for one in found] == INCLUSIONS[index, size]
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, found, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCIES)
def test_the_published_consistency_paths_are_found(first: int, second: int) -> None:
    found = consistency_path(_log(LEAVES), first, second)
    assert [one.hex() for one in found] == CONSISTENCIES[first, second]
    verify_consistency(first, second, bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1]), found)


@pytest.mark.parametrize("size", range(1, 65))
def test_every_path_is_that_of_the_recursive_definition_and_is_accepted(size: int) -> None:
    leaves = _leaves(size)
    top = mth(leaves)
    assert root(LOG, size) == root_of(HASHES[:size]) == top
    for index in range(size):
        found = inclusion_path(LOG, index, size)
        assert list(found) == path(index, leaves)
        verify_inclusion(HASHES[index], index, size, found, top)
    for first in range(1, size + 1):
        proof = consistency_path(LOG, first, size)
        assert list(proof) == subproof(first, leaves, True)
        verify_consistency(first, size, mth(leaves[:first]), top, proof)


def test_a_leaf_brings_its_complete_nodes_and_no_other() -> None:
    log = _log(LEAVES[:3])
    fourth = leaf_hash(LEAVES[3])
    assert [(made.level, made.index) for made in append(log, 3, fourth)] == [(0, 3), (1, 1), (2, 0)]
    assert append(log, 3, fourth)[-1].hash.hex() == ROOTS[3]
    log.append(fourth)
    assert append(log, 4, fourth) == (Noeud(0, 4, fourth),)


class Counted:
    """Nodes that count how often they are read."""

    def __init__(self, log: NoeudsEnMemoire) -> None:
        self.log, self.reads = log, 0

    def get(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.log.get(level, index)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_proof_reads_few_nodes_and_has_a_short_path(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 64))
    index = data.draw(st.integers(0, size - 1))
    bound = math.ceil(math.log2(size))
    nodes = Counted(LOG)
    assert len(inclusion_path(nodes, index, size)) <= bound
    assert nodes.reads <= 2 * bound
    nodes.reads = 0
    assert len(consistency_path(nodes, index + 1, size)) <= bound + 1
    assert nodes.reads <= 2 * bound + 1


def _flip(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


@settings(max_examples=400, deadline=None)
@given(data=st.data(), size=st.integers(1, 64), bit=st.integers(0, 255))
def test_an_inclusion_proof_with_anything_changed_is_refused(data: st.DataObject, size: int, bit: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, path, top = HASHES[index], list(inclusion_path(LOG, index, size)), root(LOG, size)
    what = data.draw(st.sampled_from(["leaf", "root", "longer", "index", *(["path", "shorter", "swap"] if path else [])]))
    if what == "leaf":
        leaf = _flip(leaf, bit)
    elif what == "root":
        top = _flip(top, bit)
    elif what == "path":
        place = data.draw(st.integers(0, len(path) - 1))
        path[place] = _flip(path[place], bit)
    elif what == "shorter":
        path.pop(data.draw(st.integers(0, len(path) - 1)))
    elif what == "longer":
        path.insert(data.draw(st.integers(0, len(path))), top)
    elif what == "swap":
        path = [*path[1:], path[0]] if len(path) > 1 else [leaf]
    else:
        index = data.draw(st.integers(-2, 70).filter(lambda other: other != index))
    with pytest.raises(InclusionFausse):
        verify_inclusion(leaf, index, size, path, top)


@settings(max_examples=400, deadline=None)
@given(data=st.data(), second=st.integers(2, 64), bit=st.integers(0, 255))
def test_a_consistency_proof_with_anything_changed_is_refused(data: st.DataObject, second: int, bit: int) -> None:
    first = data.draw(st.integers(1, second - 1))
    old, new, path = root(LOG, first), root(LOG, second), list(consistency_path(LOG, first, second))
    what = data.draw(st.sampled_from(["old", "new", "path", "shorter", "longer"]))
    place = data.draw(st.integers(0, len(path) - 1))
    if what == "old":
        old = _flip(old, bit)
    elif what == "new":
        new = _flip(new, bit)
    elif what == "path":
        path[place] = _flip(path[place], bit)
    elif what == "shorter":
        path.pop(place)
    else:
        path.insert(place, old)
    with pytest.raises(ConsistanceFausse):
        verify_consistency(first, second, old, new, path)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=st.integers(2, 64))
def test_an_inclusion_proof_for_another_size_is_refused_unless_its_tree_is_the_same(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(1, 80).filter(lambda value: value != size))
    path, top = inclusion_path(LOG, index, size), root(LOG, size)
    try:
        verify_inclusion(HASHES[index], index, other, path, top)
    except InclusionFausse:
        return
    # RFC 9162 leaves the size to the signed head: the same path may fit two sizes, never another leaf or index
    assert index < other
    assert len(path) <= math.ceil(math.log2(max(size, other)))


@settings(max_examples=200, deadline=None)
@given(data=st.data(), size=st.integers(2, 64))
def test_a_rewritten_past_has_no_consistency_proof(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, first - 1))
    leaves = _leaves(size)
    leaves[changed] = b"other"
    rewritten = _log(leaves)
    for log in (LOG, rewritten):
        with pytest.raises(ConsistanceFausse):
            verify_consistency(first, size, root(LOG, first), root(rewritten, size), consistency_path(log, first, size))


def test_an_empty_log_begins_every_log_and_a_log_begins_itself() -> None:
    assert consistency_path(LOG, 0, 5) == consistency_path(LOG, 5, 5) == ()
    verify_consistency(0, 5, EMPTY_ROOT, root(LOG, 5), ())
    verify_consistency(5, 5, root(LOG, 5), root(LOG, 5), ())
    for first, first_root, path in (
        (0, root(LOG, 1), ()),
        (0, EMPTY_ROOT, (EMPTY_ROOT,)),
        (5, root(LOG, 4), ()),
        (5, root(LOG, 5), HASHES),
    ):
        with pytest.raises(ConsistanceFausse):
            verify_consistency(first, 5, first_root, root(LOG, 5), path)


@pytest.mark.parametrize(("first", "second"), [(3, 2), (-1, 2), (1, 1 << 53)])
def test_sizes_that_make_no_sense_are_refused(first: int, second: int) -> None:
    with pytest.raises(ConsistanceFausse):
        verify_consistency(first, second, EMPTY_ROOT, EMPTY_ROOT, (EMPTY_ROOT,))
    with pytest.raises(InclusionFausse):
        verify_inclusion(EMPTY_ROOT, second, first, (), EMPTY_ROOT)


def test_a_proof_that_cannot_be_built_is_not() -> None:
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="leaf"):
            inclusion_path(LOG, index, size)
    for first, second in ((4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="proof"):
            consistency_path(LOG, first, second)


@pytest.mark.parametrize(("first", "second"), [(3, 5), (6, 8), (7, 9)])
def test_an_empty_path_proves_nothing(first: int, second: int) -> None:
    with pytest.raises(ConsistanceFausse):
        verify_consistency(first, second, root(LOG, first), root(LOG, second), ())


@pytest.mark.parametrize("short", [b"", b"\0" * 31, b"\0" * 33])
def test_a_hash_of_another_length_is_refused(short: bytes) -> None:
    with pytest.raises(InclusionFausse):
        verify_inclusion(short, 0, 1, (), short)
    with pytest.raises(InclusionFausse):
        verify_inclusion(HASHES[0], 0, 2, (short,), root(LOG, 2))
    with pytest.raises(ConsistanceFausse):
        verify_consistency(1, 2, HASHES[0], root(LOG, 2), (short,))
