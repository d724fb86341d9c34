# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing the readers of heads, of proofs and of their memory: ``./drimm soak fuzz-tete --minutes N``.

Half of the mutations work on the bytes of files, the other half on the JSON inside, signed again by the genuine keys: what a publisher
gone mad could sign. The oracle is short: a door refuses with one of its own errors, within its time, or gives back exactly what was
signed; a reader with a memory never trusts less than before. Anything else is kept in ``corpus/plantages``.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

from banc.attaques.publication import Publication, cle
from banc.attaques.terrain import GENERATION, NOW, SIGNING_TIME
from banc.soak.fuzz import Essais, Surprise, drawn, during, judge, mutate
from confiance.errors import DrimmError
from confiance.transparence import (
    Feuille,
    PreuveConsistance,
    PreuveInclusion,
    TrustedTete,
    assemble,
    payload_of,
    sign_payload,
    store,
    verify_tete,
)
from confiance.transparence.canonical import NotCanonical, dump
from confiance.transparence.jws import take_apart

MAX_SECONDS: Final = 2.0
_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2, 1 << 53, (1 << 53) - 1, 1.5, "", "a", "é", "\ud800", "\x00"),
    *([], {}, [[]], [{}], "ab" * 32, "AB" * 32, "00" * 32, "2026-11-01T12:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *("1.0", "1.9", "2.0", "x" * 1025, ["ab" * 32] * 65, [{"id": "a", "public_key": "ab" * 32}], "EdDSA", "none", "signataire"),
)
_TOKENS: Final = tuple(b'{ } [ ] " : , \\ \\u0000 \\ud800 1e9 NaN null true -0 \xff \xef\xbb\xbf == = . A'.split(b" "))


@dataclass
class Fuzzer(Essais):
    """One run.

    Attributes:
        publication: honest publisher of three lists.
    """

    publication: Publication = field(default_factory=Publication)
    suffix: ClassVar[str] = ".json"

    def __post_init__(self) -> None:
        for rank in range(1, 4):
            later = timedelta(minutes=rank)
            self.publication.publish_leaf(Feuille(rank, f"{rank:02x}" * 32, GENERATION + later, SIGNING_TIME + later))
            self.publication.tete(NOW + later)
        self.publication.rotate((cle("temoin"), cle("coffre")), 2, NOW + timedelta(minutes=4))
        self.held = self._held()
        proofs = [self.publication.consistency(1, 3), self.publication.inclusion(2), self.publication.feuilles[0].to_bytes()]
        self.seeds += [*self.publication.tetes, *proofs, store.to_bytes(self.held)]

    def _held(self) -> TrustedTete:
        held = TrustedTete(Publication().policy)
        held.update(self.publication.tetes[0], at=NOW)
        return held

    def step(self, crashes: Path) -> None:
        """Try one mutation."""
        data = mutate(self.chance, self.seeds, _TOKENS) if self.chance.random() < 0.5 else self._signed()
        self.give(data, lambda data: check(data, self.held), crashes)

    def _signed(self) -> bytes:
        """Change the inside of a head and sign it with the genuine keys."""
        value = json.loads(take_apart(self.chance.choice(self.publication.tetes)).payload)
        for _ in range(self.chance.randint(1, 3)):
            value = self._changed(value)
        try:
            payload = dump(value)
        except NotCanonical:
            payload = json.dumps(value).encode()
        if self.chance.random() < 0.1:
            payload = json.dumps(value, indent=1).encode()
        keys = self.chance.sample([cle(name) for name in ("signataire", "temoin", "coffre", "autre")], self.chance.randint(1, 4))
        return assemble(payload, [sign_payload(payload, one) for one in keys])

    def _changed(self, value: Any) -> Any:
        """Change one member, at any depth."""
        if isinstance(value, (dict, list)) and value and self.chance.random() < 0.8:
            place = self.chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
            if self.chance.random() < 0.1:
                del value[place]
            else:
                value[place] = self._changed(value[place])
            return value
        return copy.deepcopy(self.chance.choice(_VALUES))


def check(data: bytes, held: TrustedTete) -> str:
    """Give a file to every door and return the code of the head's refusal, or ``acceptee``.

    Raises:
        Surprise: a door gave what nobody signed, took too long, or let another error out; or the memory went back.
    """

    def read() -> str:
        verdict = _head(data, held)
        _memory(data, held)
        for door in (PreuveConsistance.from_json, PreuveInclusion.from_json):
            _proof(data, door)
        return verdict

    return judge(read, (), MAX_SECONDS)


def _head(data: bytes, held: TrustedTete) -> str:
    policy, at = held.policy, NOW + timedelta(minutes=3)
    try:
        verified = verify_tete(data, policy, at=at)
    except DrimmError as refusal:
        return refusal.code
    if not verified.signed_by >= {"signataire", "temoin"}:
        raise Surprise("a head signed by too few was returned")
    said, read = json.loads(verified.payload), json.loads(payload_of(verified.tete))
    known = {name: item for name, item in said.items() if name in read and name not in _OPEN}
    if known != {name: item for name, item in read.items() if name not in _OPEN}:
        raise Surprise("a head that nobody signed was returned")
    return "acceptee"


_OPEN: Final = frozenset({"format", "signataires", "crls", "cles"})  # these hold objects whose unknown members are left aside


def _memory(data: bytes, held: TrustedTete) -> None:
    """A reader that holds a head, and a state file, are given the same bytes."""
    before = held.memory.repere
    fresh = TrustedTete(held.policy, held.memory)
    try:
        fresh.update(data, at=NOW + timedelta(minutes=3))
    except DrimmError:
        if fresh.memory.repere != before:
            raise Surprise("a refused head changed what is trusted") from None
    after = fresh.memory.repere
    if before is not None and (after is None or after.numero < before.numero or after.taille < before.taille):
        raise Surprise("the memory went back")
    try:
        restored = store.from_bytes(data, held.policy)
    except DrimmError:
        return
    if restored.current is not None and (held.current is None or restored.current.data != held.current.data):
        raise Surprise("a state file gave a head of its own")


def _proof(data: bytes, door: Callable[[bytes], PreuveConsistance | PreuveInclusion]) -> None:
    try:
        proof = door(data)
    except DrimmError:
        return
    if door(proof.to_json()) != proof:
        raise Surprise("a proof is not read back")


def run(minutes: float, corpus: Path, *, seed: int | None = None) -> int:
    """Fuzz for that long, print what was met, and return 1 when a reader surprised.

    Args:
        minutes: how long.
        corpus: folder where ``plantages`` is written.
        seed: of a run to play again; drawn when None.
    """
    crashes, seed = corpus / "plantages", drawn(seed)
    fuzzer = Fuzzer(random.Random(seed))
    sys.stdout.write(f"graine {seed}, {len(fuzzer.seeds)} fichiers de départ, {minutes:g} minutes\n")
    during(60 * minutes, lambda: fuzzer.step(crashes))
    fuzzer.tell()
    return 1 if fuzzer.surprises else 0
