# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing the reader of the Liste Blanche for as long as one likes: ``./drimm soak fuzz-liste --minutes N``.

Seeds are the honest list in its three shapes and every attack of the register. Mutations work on bytes, on tokens of XML and on whole
elements, and splice seeds together. The oracle is short: the reader refuses with one of its own errors, within its time, or returns
exactly the rows that were signed. Anything else is kept in ``corpus/plantages``.
"""

from __future__ import annotations

import base64
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

from banc.attaques.jugement import ACCEPTEE, attaques
from banc.attaques.terrain import NOW, SIGNING_TIME, Terrain, make_terrain
from banc.soak.fuzz import MAX_SEED, Essais, Surprise, change, drawn, during, judge
from confiance.liste_blanche import ListeBlancheRefused, Policy, Shape, sign, verify

MAX_SECONDS: Final = 2.0
_ELEMENT = re.compile(rb"<([A-Za-z:]+)(?: [^<>]*)?>[^<]*</\1>|<[A-Za-z:]+(?: [^<>]*)?/>|</?[A-Za-z:]+(?: [^<>]*)?>")
_TOKENS: Final = (
    *(bytes([octet]) for octet in b"<>/\"'&;=\0\xff\r\n\t "),
    *(b"&#13;", b"&#0;", b"&lt;", b"]]>", b"<!--", b"-->", b"<![CDATA[", b"<!DOCTYPE x>", b"<?x?>"),
    *(b"<vi/>", b"</ListeDomaines>", b"</ListeBlancheDRIM-M>", b"<ds:Signature/>", b"<Domaine>", b"</Domaine>"),
    *(b'xmlns=""', b'xmlns:ds="x"', b'Id=""', b"\xe2\x80\xa8", b"\xc3\xa9", b"\xef\xbb\xbf"),
)


_SIGNED_AT: Final = frozenset({SIGNING_TIME, NOW})  # the forge signed the honest rows at these two times


def check(data: bytes, terrain: Terrain, policy: Policy | None = None) -> str:
    """Give a file to the reader and return the code of its refusal, or ``acceptee``.

    Args:
        data: the file.
        terrain: honest world that signed the rows.
        policy: what the reader is told, when not the honest policy.

    Raises:
        Surprise: it returned other rows than those signed, took too long, or let another error out.
    """

    def read() -> str:
        liste = verify(data, policy or terrain.policy, at=NOW)
        if liste.domaines != terrain.brouillon.domaines or liste.signing_time not in _SIGNED_AT:
            raise Surprise("rows that nobody signed were returned")
        return ACCEPTEE

    return judge(read, ListeBlancheRefused, MAX_SECONDS)


@dataclass(kw_only=True)
class Fuzzer(Essais):
    """One run.

    Attributes:
        terrain: honest world.
    """

    terrain: Terrain
    suffix: ClassVar[str] = ".xml"

    @cached_property
    def roots_only(self) -> Policy:
        """The policy of a reader that takes the CA from the signature: one more thing an attacker may write."""
        anchors = replace(self.terrain.policy.anchors, intermediates=())
        return replace(self.terrain.policy, anchors=anchors)

    def mutate(self) -> bytes:
        """Return a seed with one to four mutations."""
        data = self.chance.choice(self.seeds)
        for _ in range(self.chance.randint(1, 4)):
            data = self.chance.choice(_MUTATIONS)(self, data)
        return data[: 4 * MAX_SEED]

    def step(self, crashes: Path) -> None:
        """Try one mutation."""
        self.give(self.mutate(), lambda data: check(data, self.terrain, self.chance.choice((None, self.roots_only))), crashes)


def _change(fuzzer: Fuzzer, data: bytes) -> bytes:
    return change(fuzzer.chance, data, fuzzer.seeds, _TOKENS)


def _elements(fuzzer: Fuzzer, data: bytes) -> bytes:
    """Repeat, drop or move one element."""
    found = list(_ELEMENT.finditer(data))
    if not found:
        return data
    one, place = fuzzer.chance.choice(found), fuzzer.chance.choice(found).start()
    kept = data if fuzzer.chance.random() < 0.5 else data[: one.start()] + data[one.end() :]
    return kept[:place] + one[0] * fuzzer.chance.choice((0, 1, 1, 2)) + kept[place:]


def _der(fuzzer: Fuzzer, data: bytes) -> bytes:
    """Change one octet of what a base64 text holds: a certificate, most often."""
    texts = list(re.finditer(rb">([A-Za-z0-9+/=]{40,})<", data))
    if not texts:
        return data
    one = fuzzer.chance.choice(texts)
    try:
        content = bytearray(base64.b64decode(one[1]))
    except ValueError:
        return data
    content[fuzzer.chance.randrange(len(content))] = fuzzer.chance.choice((0, 1, 0x30, 0x7F, 0x80, 0xFF, fuzzer.chance.randrange(256)))
    return data[: one.start(1)] + base64.b64encode(bytes(content)) + data[one.end(1) :]


def _swap_values(fuzzer: Fuzzer, data: bytes) -> bytes:
    """Put the text of one element into another."""
    texts = list(re.finditer(rb">([^<>]{1,4000})<", data))
    if len(texts) < 2:
        return data
    one, other = fuzzer.chance.sample(texts, 2)
    return data[: one.start(1)] + other[1] + data[one.end(1) :]


_MUTATIONS: Final[tuple[Callable[[Fuzzer, bytes], bytes], ...]] = (
    *(_change,) * 5,
    _elements,
    _elements,
    _swap_values,
    _der,
)


def make_seeds(terrain: Terrain) -> list[bytes]:
    """Return the honest lists and the attacks small enough to be mutated often, without the genuine lists of other rows."""
    honest = [sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape) for shape in Shape]
    variants = [attaque.build(terrain) for attaque in attaques()]
    hostile = [variant.data for variant in variants if variant.held is None]
    return honest * 8 + [data for data in hostile if 0 < len(data) <= MAX_SEED]


def run(minutes: float, corpus: Path) -> int:
    """Fuzz for that long, print what was met, and return 1 when the reader surprised.

    Args:
        minutes: how long.
        corpus: folder where ``graines`` (extra seeds, if any) is read and ``plantages`` is written.
    """
    crashes, seed, terrain = corpus / "plantages", drawn(None), make_terrain()
    fuzzer = Fuzzer(random.Random(seed), make_seeds(terrain), terrain=terrain)
    fuzzer.seeds += [path.read_bytes() for path in sorted((corpus / "graines").glob("*.xml"))]
    sys.stdout.write(f"graine {seed}, {len(fuzzer.seeds)} fichiers de départ, {minutes:g} minutes\n")
    during(60 * minutes, lambda: fuzzer.step(crashes))
    fuzzer.tell()
    return 1 if fuzzer.surprises else 0
