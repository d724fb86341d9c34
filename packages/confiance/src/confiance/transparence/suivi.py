# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A reader of heads with a memory: it only ever trusts more, or raises and stays as it was.

What it remembers defends against what one head cannot show: an older genuine head (rollback), a log whose past was rewritten, two
truths told to two readers (equivocation), keys that change without the word of the old ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from confiance.liste_blanche.trusted import Outcome
from confiance.liste_blanche.verifier import NaiveTime
from confiance.transparence import canonical, fields
from confiance.transparence.cles import Trousseau
from confiance.transparence.jws import take_apart
from confiance.transparence.preuves import PreuveConsistance
from confiance.transparence.refusals import (
    ConsistanceFausse,
    PreuveIllisible,
    TeteAutreJournal,
    TeteClesInvalides,
    TeteConsistance,
    TeteEquivoque,
    TeteRefused,
    TeteRetourArriere,
)
from confiance.transparence.reperes import Contradiction, Divergence, Repere, contradiction
from confiance.transparence.verifier import TetePolicy, TeteVerifiee, authenticate, check_times

MAX_ROTATIONS: Final = 64
HERE: Final = "ici"
"""Name of this reader among those it compares itself with."""


@dataclass(frozen=True, slots=True)
class Equivoque:
    """The proof that two truths were told, kept for the administrateur.

    Attributes:
        contradiction: why the two heads cannot both be honest.
        premiere: file of the head that is trusted; None when only its memory was left.
        seconde: file of the head that contradicts it.
        seen_at: when it was seen, UTC.
    """

    contradiction: Contradiction
    premiere: bytes | None
    seconde: bytes
    seen_at: datetime


@dataclass(frozen=True)
class TeteMemory:
    """What the reader knows after its last success; replaced whole.

    Attributes:
        trousseau: who must sign the next head.
        rotations: files of the heads that changed the keys, since those of the settings, in order.
        repere: where the publisher stood; outlives a change of the settings.
        held: the head trusted; None when there is none, or when the keys of the settings changed since.
        accepted_at: trusted time at which it was accepted.
        equivoque: proof that two truths were told; stays until a person acts.
    """

    trousseau: Trousseau
    rotations: tuple[bytes, ...] = ()
    repere: Repere | None = None
    held: TeteVerifiee | None = None
    accepted_at: datetime | None = None
    equivoque: Equivoque | None = None


class TrustedTete:
    """State of a reader of heads.

    One writer calls :meth:`update`; any number of readers use :attr:`current`, which changes in one assignment. A head that was seen is
    never forgotten: when no newer one comes, it ages, and that shows.
    """

    def __init__(self, policy: TetePolicy, memory: TeteMemory | None = None) -> None:
        """Start empty, or from a memory restored by :mod:`confiance.transparence.store`."""
        self._policy = policy
        self._memory = memory or TeteMemory(policy.trousseau)

    @property
    def current(self) -> TeteVerifiee | None:
        """The last good head, which may be past its next update."""
        return self._memory.held

    @property
    def memory(self) -> TeteMemory:
        """What a store must keep."""
        return self._memory

    @property
    def policy(self) -> TetePolicy:
        """What the settings say: the keys from which trust started."""
        return self._policy

    @property
    def equivoque(self) -> Equivoque | None:
        """Proof that two truths were told, or None."""
        return self._memory.equivoque

    def proof_needed(self, data: bytes) -> tuple[int, int] | None:
        """Tell which consistency proof :meth:`update` will ask for: the sizes of the log held and of that head.

        Raises:
            TeteRefused: the head is not signed as it should be.
        """
        taille, repere = authenticate(data, self._current_policy()).tete.taille, self._memory.repere
        return None if repere is None or taille <= repere.taille else (repere.taille, taille)

    def update(self, data: bytes, *, at: datetime, consistency: bytes | None = None) -> Outcome:
        """Verify a head and trust it if it comes after the one that is trusted.

        Args:
            data: the file, whole.
            at: the trusted time, aware.
            consistency: file of the consistency proof between the log held and that of the head; needed when it grew.

        Returns:
            Whether the head is a new one.

        Raises:
            TeteRefused: the head is refused; the one held is kept. ``TeteEquivoque`` also keeps the proof, until a person acts.
        """
        if at.tzinfo is None:
            raise NaiveTime
        verified = authenticate(data, self._current_policy())
        repere = Repere.of(verified)
        self._check_contradiction(verified, repere, at)  # before the times: an expired head is as good a proof
        check_times(verified.tete, self._policy, at)
        held = self._memory.repere
        known = held is not None and repere.numero == held.numero
        if known and self._memory.held is not None:
            return Outcome.UNCHANGED
        if held is not None:
            _check_growth(repere, held, consistency)
        self._hold(verified, repere, at)
        return Outcome.UNCHANGED if known else Outcome.NEW

    def rotate(self, data: bytes) -> None:
        """Follow a change of keys that was missed: an archived head, whatever its age, signed by the old keys and by the new.

        It changes who must sign the next head and nothing else.

        Raises:
            TeteRefused: not signed by both, of another log, not after the head held, or it changes no key.
        """
        verified = authenticate(data, self._current_policy())
        held = self._memory.repere
        if held is not None and verified.tete.journal != held.journal:
            raise TeteAutreJournal
        if verified.tete.trousseau == self._memory.trousseau or verified.tete.numero <= self._last_numero():
            raise TeteRetourArriere
        self._memory = replace(self._memory, trousseau=verified.tete.trousseau, rotations=self._rotations_with(verified))

    def use_policy(self, policy: TetePolicy) -> None:
        """Take new settings. Other keys or another threshold are the word of a person: trust starts from them again.

        The ratchets stay: a change of keys does not make an older head good again.
        """
        changed = policy.trousseau != self._policy.trousseau
        self._policy = policy
        if changed:
            self._memory = replace(self._memory, trousseau=policy.trousseau, rotations=(), held=_still_good(self._memory.held, policy))

    def acknowledge_equivoque(self) -> None:
        """Drop the proof and the alarm: a person settled the matter and the head held is the good one."""
        self._memory = replace(self._memory, equivoque=None)

    def restart(self) -> None:
        """Forget every head: a person knows why (new log, head that was the wrong one). The next head is believed for its signatures."""
        self._memory = TeteMemory(self._policy.trousseau)

    def compare(self, others: Mapping[str, Repere]) -> tuple[Divergence, ...]:
        """Compare the head held (named :data:`HERE`) with what other gateways say of theirs."""
        mine = self._memory.repere
        if mine is None:
            return ()
        found = ((name, contradiction(mine, repere)) for name, repere in sorted(others.items()))
        return tuple(Divergence(reason, (HERE,), (name,)) for name, reason in found if reason is not None)

    def _last_numero(self) -> int:
        """Return the number that a change of keys must pass: keys that came back would else be changed round and round."""
        held = 0 if self._memory.repere is None else self._memory.repere.numero
        return max(held, *(_numero_of(data) for data in self._memory.rotations[-1:]), 0)

    def _current_policy(self) -> TetePolicy:
        return replace(self._policy, trousseau=self._memory.trousseau)

    def _check_contradiction(self, verified: TeteVerifiee, repere: Repere, at: datetime) -> None:
        held = self._memory.repere
        reason = None if held is None else contradiction(held, repere)
        if reason is None:
            return
        if reason is Contradiction.JOURNAL:
            raise TeteAutreJournal
        if self._memory.equivoque is None:  # the first proof is enough
            mine = None if self._memory.held is None else self._memory.held.data
            self._memory = replace(self._memory, equivoque=Equivoque(reason, mine, verified.data, at))
        raise TeteEquivoque(f"{TeteEquivoque.message[:-1]} ({reason.label}).")

    def _hold(self, verified: TeteVerifiee, repere: Repere, at: datetime) -> None:
        trousseau = verified.tete.trousseau
        rotations = self._memory.rotations if trousseau == self._memory.trousseau else self._rotations_with(verified)
        self._memory = TeteMemory(trousseau, rotations, repere, verified, at, self._memory.equivoque)

    def _rotations_with(self, verified: TeteVerifiee) -> tuple[bytes, ...]:
        if len(self._memory.rotations) >= MAX_ROTATIONS:
            raise TeteClesInvalides("Les clés de la Tête ont changé trop souvent depuis celles de la configuration.")
        return (*self._memory.rotations, verified.data)


def _check_growth(new: Repere, held: Repere, consistency: bytes | None) -> None:
    """Neither number may go back, and a log that grew must show that it only grew."""
    if new.numero < held.numero:
        raise TeteRetourArriere
    if new.taille == held.taille:
        return
    if consistency is None:
        raise TeteConsistance
    try:
        proof = PreuveConsistance.from_json(consistency)
        if (proof.de, proof.vers) != (held.taille, new.taille):
            raise TeteConsistance
        proof.check(bytes.fromhex(held.racine or ""), bytes.fromhex(new.racine or ""))
    except (ConsistanceFausse, PreuveIllisible) as error:
        raise TeteConsistance from error


def _numero_of(rotation: bytes) -> int:
    """Return the number of a head that was verified when it came or when the memory was restored."""
    return int(fields.obj(canonical.load(take_apart(rotation).payload))["numero"])


def _still_good(held: TeteVerifiee | None, policy: TetePolicy) -> TeteVerifiee | None:
    if held is None:
        return None
    try:
        return authenticate(held.data, policy)
    except TeteRefused:
        return None
