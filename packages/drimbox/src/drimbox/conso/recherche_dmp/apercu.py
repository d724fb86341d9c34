# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a page shows of a KOS before anything is brought: from its DMP entry and from the KOS itself."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from confiance.fqdn import FqdnError
from drimbox.conso.rapatriement.errors import DestinationRefusee
from drimbox.conso.rapatriement.rules import read_destination
from drimbox.socle.dmp.model import FicheDocument
from drimbox.socle.kos.model import KosLu, SerieKos


@dataclass(frozen=True, slots=True)
class SerieApercue:
    """One series: modality, description, number of instances, and the db name of its source (empty when its address is refused)."""

    modalite: str
    description: str
    instances: int
    db: str


@dataclass(frozen=True, slots=True)
class Apercu:
    """One exam, for a page. Texts only; an unknown value is empty.

    Attributes:
        date: day of the exam, ``YYYY-MM-DD``.
        modalites: labels or codes of modalities.
        regions: labels of body regions.
        description: what was done.
        institution: who did it.
        series: empty when the KOS could not be read.
    """

    date: str
    modalites: tuple[str, ...]
    regions: tuple[str, ...]
    description: str
    institution: str
    series: tuple[SerieApercue, ...] = ()

    def __repr__(self) -> str:
        return "Apercu(…)"

    @property
    def instances(self) -> int:
        """Number of images."""
        return sum(serie.instances for serie in self.series)

    @property
    def sources(self) -> tuple[str, ...]:
        """Db names of the sources, each once."""
        return tuple(dict.fromkeys(serie.db for serie in self.series if serie.db))

    def to_bytes(self) -> bytes:
        """Return it as bytes, to be sealed."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Apercu:
        """Take back what :meth:`to_bytes` gave."""
        values = json.loads(data)
        values["series"] = tuple(SerieApercue(**serie) for serie in values["series"])
        return cls(**{**values, "modalites": tuple(values["modalites"]), "regions": tuple(values["regions"])})


def of_fiche(fiche: FicheDocument) -> Apercu:
    """Return what the DMP entry alone tells."""
    moment = fiche.debut or fiche.creation
    return Apercu(
        date=moment.date().isoformat() if moment else "",
        modalites=tuple(dict.fromkeys(code.code for code in fiche.modalites)),
        regions=tuple(dict.fromkeys(code.label or code.code for code in fiche.regions)),
        description=next((code.label for code in fiche.actes if code.label), ""),
        institution=fiche.institution,
    )


def with_kos(apercu: Apercu, kos: KosLu, zone: str) -> Apercu:
    """Add what the KOS tells."""
    day = kos.study_date
    modalites = tuple(dict.fromkeys(serie.modality for serie in kos.series if serie.modality))
    return replace(
        apercu,
        date=apercu.date or (f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else ""),
        modalites=apercu.modalites or modalites,
        description=kos.study_description or kos.acte or apercu.description,
        institution=apercu.institution or kos.institution_name.split("^")[0],
        series=tuple(SerieApercue(s.modality, s.description, len(s.instances), _db(s, zone)) for s in kos.series),
    )


def _db(serie: SerieKos, zone: str) -> str:
    try:
        return str(read_destination(serie.retrieve_url, zone))
    except (DestinationRefusee, FqdnError):
        return ""
