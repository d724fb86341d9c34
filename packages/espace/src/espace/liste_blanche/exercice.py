# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The drill of a change of signer: the present Registre signed by the next one and read as readers will, and nothing published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.liste_blanche import Brouillon, Policy, sign, verify
from espace.config import ListeBlanche, Signer
from espace.liste_blanche import calendrier, queries, rules, signature
from espace.liste_blanche.errors import SansSuccesseur


@dataclass(frozen=True, slots=True)
class Lecture:
    """What one kind of reader says of the list of the drill.

    Attributes:
        lecteur: which signers it pins, in French.
        error: why it refuses; None when it accepts.
    """

    lecteur: str
    error: DrimmError | None


@dataclass(frozen=True, slots=True)
class Compte:
    """What the drill shows.

    Attributes:
        dn: of the signer tried.
        domaines: rows signed.
        sha256: of the list, which was thrown away.
        lectures: what readers say.
    """

    dn: str
    domaines: int
    sha256: str
    lectures: tuple[Lecture, ...]

    @property
    def ready(self) -> bool:
        """Readers that pin both signers accept the next one: no minute would be refused."""
        return self.lectures[-1].error is None


def exercise(settings: ListeBlanche, *, zone: str, now: datetime) -> Compte:
    """Sign the present Registre with the next signer and read it back; publish nothing.

    Args:
        settings: the table ``[liste_blanche]``.
        zone: DNS zone of every name.
        now: aware instant.

    Raises:
        SansSuccesseur: no next signer in the settings.
        SettingsError, SigningKeyError, TokenError, AnchorsError: its files or its token cannot be used.
        SignatureHorsValidite: its certificate is not valid yet.
        LintRefuse: the Registre itself could not be published.
    """
    present, following = calendrier.active(settings.signers, now), next_signer(settings, now)
    draft = Brouillon(queries.wanted_rows(), rules.whole_second(now), namespace=settings.namespace)
    rules.check_lint(draft, zone=zone)
    with signature.opened(settings, following) as opened:
        content = sign(draft, opened.key, signing_time=draft.date_generation)
    old, new = _dn(present), _dn(following)
    kinds = {"seulement le signataire en service": frozenset({old}), "les deux signataires": frozenset({old, new})}
    policies = {name: signature.reader_policy(settings, pinned) for name, pinned in kinds.items()}
    lectures = tuple(Lecture(name, _refusal(content, draft, policy, now)) for name, policy in policies.items())
    return Compte(str(new), len(draft.domaines), hashlib.sha256(content).hexdigest(), lectures)


def next_signer(settings: ListeBlanche, now: datetime) -> Signer:
    """Return the signer that begins next.

    Raises:
        SansSuccesseur: none is in the settings.
    """
    following = [one for one in settings.signers if one.since is not None and one.since > now]
    if not following:
        raise SansSuccesseur
    return min(following, key=lambda one: one.since or now)


def _dn(signer: Signer) -> DistinguishedName:
    return DistinguishedName.from_certificate(signature.certificate_of(signer))


def _refusal(content: bytes, draft: Brouillon, policy: Policy, now: datetime) -> DrimmError | None:
    try:
        rules.check_reread(draft, verify(content, policy, at=now))
    except DrimmError as error:
        return error
    return None
