# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of Drimboxes: ``db1.349.mesimagesmedicales.fr`` and ``vi1.349.mesimagesmedicales.fr``.

A name is ``<service><number>.<ID_Registre>.<zone>``: ``db`` answers other Drimboxes, ``vi`` answers people. The two names of one
PACS share number and ID_Registre and form a :class:`CoupleFqdn`. The administrateur gives numeric ID_Registre; a reader accepts any
LDH label (RFC 5890 §2.3.1), because names of test zones hold words.

Source: Guide d'intégration, « Le Registre National » and « Le Domaine ».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from confiance.errors import PeerError

DEFAULT_ZONE: Final = "mesimagesmedicales.fr"
DICOM_WEB_PATH: Final = "/dicom-web-rs"
VISIONNEUSE_PATH: Final = "/IHEInvokeImageDisplay"

_MAX_NAME = 253  # RFC 1035 §2.3.4, without the root label
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ID_REGISTRE = re.compile(_LABEL)
_ZONE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(r"(db|vi)([1-9][0-9]{0,8})")


class FqdnError(PeerError):
    """The text is not the name of a Drimbox."""

    code = "fqdn.forme"
    message = "Ce nom n'a pas la forme d'un nom de DRIMbox."
    remede = "Écrire db ou vi, un numéro, l'ID_Registre puis la zone, par exemple db1.349.mesimagesmedicales.fr."
    clause = "Guide d'intégration, Registre National"


class FqdnZoneError(FqdnError):
    """The name is well formed but belongs to another zone."""

    code = "fqdn.zone"
    message = "Ce nom n'appartient pas à la zone de l'Espace de Confiance."
    remede = "Vérifier la zone configurée et le nom déclaré."


class FqdnServiceError(FqdnError):
    """The service asked for is not the one this name offers."""

    code = "fqdn.service"
    message = "Ce nom n'offre pas le service demandé."
    remede = "Utiliser le nom db pour les DRIMbox et le nom vi pour la visionneuse."


@dataclass(frozen=True, slots=True)
class Fqdn:
    """One name of a Drimbox, always lower case.

    Attributes:
        kind: ``"db"`` (exchanges between Drimboxes) or ``"vi"`` (visionneuse).
        number: rank of the PACS in its Site, from 1.
        id_registre: label of the Site in the Registre, any LDH label.
        zone: DNS zone of the Espace de Confiance.

    Raises:
        FqdnError: when a part breaks the grammar.
    """

    kind: str
    number: int
    id_registre: str
    zone: str = DEFAULT_ZONE

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(f"{self.kind}{self.number}") or not _ID_REGISTRE.fullmatch(self.id_registre):
            raise FqdnError
        if not _ZONE.fullmatch(self.zone) or len(str(self)) > _MAX_NAME:
            raise FqdnError

    @classmethod
    def parse(cls, text: str, *, zone: str = DEFAULT_ZONE) -> Fqdn:
        """Read a name; letters are compared without case, as DNS does.

        Args:
            text: the name, without final dot nor surrounding space.
            zone: zone the name must belong to.

        Raises:
            FqdnError: not the shape of a Drimbox name (code ``fqdn.forme``).
            FqdnZoneError: right shape, other zone (code ``fqdn.zone``).
        """
        host, _, rest = text.lower().partition(".")
        id_registre, _, actual_zone = rest.partition(".")
        found = _HOST.fullmatch(host)
        if len(text) > _MAX_NAME or not found or not text.isascii():
            raise FqdnError
        fqdn = cls(found[1], int(found[2]), id_registre, actual_zone)
        if actual_zone != zone.lower():
            raise FqdnZoneError
        return fqdn

    def dicom_web_url(self) -> str:
        """Return the base address of WADO-RS on a ``db`` name.

        Raises:
            FqdnServiceError: on a ``vi`` name.
        """
        if self.kind != "db":
            raise FqdnServiceError
        return f"https://{self}{DICOM_WEB_PATH}"

    def visionneuse_url(self) -> str:
        """Return the address of the visionneuse (IHE Invoke Image Display) on a ``vi`` name.

        Raises:
            FqdnServiceError: on a ``db`` name.
        """
        if self.kind != "vi":
            raise FqdnServiceError
        return f"https://{self}{VISIONNEUSE_PATH}"

    def __str__(self) -> str:
        return f"{self.kind}{self.number}.{self.id_registre}.{self.zone}"


@dataclass(frozen=True, slots=True)
class CoupleFqdn:
    """The two names given for ever to one PACS of one Site.

    Raises:
        FqdnError: when a part breaks the grammar.
    """

    number: int
    id_registre: str
    zone: str = DEFAULT_ZONE

    def __post_init__(self) -> None:
        Fqdn("db", self.number, self.id_registre, self.zone)

    @classmethod
    def of(cls, fqdn: Fqdn) -> CoupleFqdn:
        """Return the couple that holds ``fqdn``."""
        return cls(fqdn.number, fqdn.id_registre, fqdn.zone)

    @property
    def db(self) -> Fqdn:
        """The name other Drimboxes call."""
        return Fqdn("db", self.number, self.id_registre, self.zone)

    @property
    def vi(self) -> Fqdn:
        """The name people open."""
        return Fqdn("vi", self.number, self.id_registre, self.zone)

    def __str__(self) -> str:
        return f"{self.db} / {self.vi}"
