# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The health contract: what a Drimbox answers to the Météo des services.

One JSON object, UTF-8, without any patient data, answered to ``Accept: application/json`` without Pro Santé Connect:

.. code-block:: json

    {"format": "1.0", "status": "UP", "instant": "2026-01-02T03:04:05Z",
     "drimbox": {"status": "UP", "version": "0.1.0"},
     "pacs": [{"db": "db1.349.mesimagesmedicales.fr", "status": "UP", "vu": "2026-01-02T03:04:00Z"}],
     "liste_blanche": {"sha256": "…", "date_generation": "2026-01-01T00:00:00Z", "freshness": "fresh",
                       "tete": {"sha256": "…", "numero": 12, "sequence": 7, "taille": 7, "etat": "confirmee"}}}

``tete`` is absent from a gateway that follows no head, or that accepted none yet; :mod:`confiance.transparence.reperes` says what may
stand in it and how two gateways compare what they say.

``status`` is that of the worst part. A reader ignores the fields it does not know and refuses a format whose first number is not its
own. HTTP 200 goes with UP and DEGRADED, 503 with DOWN.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from confiance import horodatage
from confiance.errors import PeerError
from confiance.liste_blanche.freshness import Freshness
from confiance.liste_blanche.trusted import TrustedListeBlanche
from confiance.transparence.reperes import Repere

FORMAT: Final = "1.0"
MAX_BYTES: Final = 1 << 20


class SanteIllisible(PeerError):
    """The answer does not follow the health contract."""

    code = "sante.forme"
    message = "La réponse de santé de cette DRIMbox est illisible."
    remede = "Vérifier l'adresse de santé déclarée et la version de la DRIMbox."
    clause = "Guide d'intégration §2.4"


class Statut(Enum):
    """State of a part, from best to worst."""

    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


_ORDER: Final = list(Statut)


def worst(*statuts: Statut) -> Statut:
    """Return the worst of these states; UP when there is none."""
    return max(statuts, key=_ORDER.index, default=Statut.UP)


@dataclass(frozen=True, slots=True)
class SantePacs:
    """State of the PACS behind one couple.

    Attributes:
        db: its ``db`` name.
        statut: what the last check saw.
        vu: time of that check, UTC; None when there was none yet.
    """

    db: str
    statut: Statut
    vu: datetime | None = None


@dataclass(frozen=True, slots=True)
class SanteTete:
    """The head this Drimbox trusts.

    Attributes:
        repere: where the publisher stood.
        etat: value of :class:`confiance.transparence.liste_et_tete.EtatTete`, what the head says of the list held.
    """

    repere: Repere
    etat: str


@dataclass(frozen=True, slots=True)
class SanteListeBlanche:
    """The list this Drimbox trusts.

    Attributes:
        sha256: hex digest of the file; None when it has none.
        date_generation: its DateDeGeneration, UTC; None when it has none.
        freshness: how old that trust is.
        tete: the head it trusts; None when it follows none.
    """

    sha256: str | None
    date_generation: datetime | None
    freshness: Freshness
    tete: SanteTete | None = None

    @classmethod
    def of(cls, trusted: TrustedListeBlanche, now: datetime) -> SanteListeBlanche:
        """Describe the state of a reader."""
        liste = trusted.current
        if liste is None:
            return cls(None, None, Freshness.EXPIRED)
        return cls(liste.sha256, liste.date_generation, trusted.freshness(now))

    @property
    def statut(self) -> Statut:
        """EXPIRED stops exchanges; DEGRADED shows a banner."""
        if not self.freshness.serves:
            return Statut.DOWN
        return Statut.DEGRADED if self.freshness.banner else Statut.UP


@dataclass(frozen=True, slots=True)
class Sante:
    """Health of one Drimbox.

    Attributes:
        instant: when this was said, UTC.
        drimbox: state of the program itself.
        version: of the program; empty when it does not say.
        pacs: one entry per couple.
        liste_blanche: the list it trusts.
    """

    instant: datetime
    drimbox: Statut
    pacs: tuple[SantePacs, ...]
    liste_blanche: SanteListeBlanche
    version: str = ""

    @property
    def statut(self) -> Statut:
        """State of the worst part; with several PACS, those that answer are still served, so one that is down only degrades."""
        return worst(self.drimbox, self.liste_blanche.statut, _statut_of_pacs(self.pacs))

    def to_json(self) -> bytes:
        """Write the answer."""
        liste = self.liste_blanche
        return json.dumps(
            {
                "format": FORMAT,
                "status": self.statut.value,
                "instant": horodatage.text_of(self.instant),
                "drimbox": {"status": self.drimbox.value, "version": self.version},
                "pacs": [{"db": p.db, "status": p.statut.value, "vu": _text(p.vu)} for p in self.pacs],
                "liste_blanche": {
                    "sha256": liste.sha256,
                    "date_generation": _text(liste.date_generation),
                    "freshness": liste.freshness.value,
                    **({} if liste.tete is None else {"tete": {**liste.tete.repere.as_json(), "etat": liste.tete.etat}}),
                },
            }
        ).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Sante:
        """Read an answer; unknown fields are ignored.

        Raises:
            SanteIllisible: too long, not JSON, another format, or a field missing or wrong.
        """
        if len(data) > MAX_BYTES:
            raise SanteIllisible
        try:
            return _read(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, horodatage.HorodatageError) as error:
            raise SanteIllisible from error


def _statut_of_pacs(pacs: tuple[SantePacs, ...]) -> Statut:
    statuts = [one.statut for one in pacs]
    if statuts and all(statut is Statut.DOWN for statut in statuts):
        return Statut.DOWN
    return Statut.UP if worst(*statuts) is Statut.UP else Statut.DEGRADED


def _read(value: dict[str, Any]) -> Sante:
    if str(value["format"]).partition(".")[0] != FORMAT.partition(".")[0]:
        raise SanteIllisible("La réponse de santé de cette DRIMbox est d'un format inconnu.")
    liste = value["liste_blanche"]
    return Sante(
        instant=horodatage.parse(value["instant"]),
        drimbox=Statut(value["drimbox"]["status"]),
        version=str(value["drimbox"].get("version", "")),
        pacs=tuple(SantePacs(str(p["db"]), Statut(p["status"]), _time(p.get("vu"))) for p in value["pacs"]),
        liste_blanche=SanteListeBlanche(
            None if liste["sha256"] is None else str(liste["sha256"]),
            _time(liste["date_generation"]),
            Freshness(liste["freshness"]),
            _tete(liste.get("tete")),
        ),
    )


def _tete(value: Any) -> SanteTete | None:
    return None if value is None else SanteTete(Repere.read(value), str(value.get("etat", ""))[:40])


def _text(value: datetime | None) -> str | None:
    return None if value is None else horodatage.text_of(value)


def _time(value: str | None) -> datetime | None:
    return None if value is None else horodatage.parse(value)
