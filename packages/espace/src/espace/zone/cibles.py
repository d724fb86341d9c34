# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Targets of the CNAMEs: which host an Operateur may point a national name to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dns.exception
import dns.name

from confiance.errors import PeerError

MAX_LENGTH = 253  # RFC 1035 §2.3.4, without the final dot
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class CibleRefusee(PeerError):
    """The host cannot be the target of a CNAME of the zone."""

    code = "zone.cible_refusee"
    message = "Ce nom d'hôte ne peut pas servir de cible."
    remede = "Donnez le nom complet d'un serveur de l'Opérateur, par exemple passerelle.operateur.fr."
    clause = "Introduction à l'Espace de Confiance §2.2 ; RFC 1123 §2.1"


class CibleHorsForme(CibleRefusee):
    """Not the name of a host: letters, digits and hyphens, two labels at least, not an address."""

    code = "zone.cible_forme"


class CibleDansZone(CibleRefusee):
    """The target is inside the zone: it would chain names of the Registre, or loop."""

    code = "zone.cible_dans_zone"


def canonical_host(text: str) -> str:
    """Return the ASCII lower-case form of a host name; an internationalised name becomes its A-labels.

    Args:
        text: a full host name, with or without its final dot.

    Raises:
        CibleHorsForme: not LDH, not IDNA, an IP address, a single label, or longer than 253.
    """
    if len(text) > MAX_LENGTH + 1 or "\\" in text:  # a backslash would be read as an escape
        raise CibleHorsForme("Ce nom d'hôte est trop long, ou contient une barre oblique inverse.")
    try:
        # IDNA 2008, as registries do: the older rules would turn « straße » into « strasse », the host of somebody else
        name = dns.name.from_text(text.strip(), idna_codec=dns.name.IDNA_2003_Strict if text.isascii() else dns.name.IDNA_2008_UTS_46)
        host = name.to_text(omit_final_dot=True).lower()
    except (dns.exception.DNSException, UnicodeError, ValueError):
        raise CibleHorsForme(f"« {text[:80]} » n'est pas un nom d'hôte.") from None
    labels = host.split(".")
    if len(host) > MAX_LENGTH or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise CibleHorsForme(f"« {text[:80]} » n'est pas un nom d'hôte complet (lettres, chiffres et traits d'union).")
    if labels[-1].isdigit():
        raise CibleHorsForme(f"« {host[:80]} » est une adresse, pas un nom d'hôte.")
    return host


def check_cible(text: str, *, zone: str) -> str:
    """Return the canonical target of a CNAME.

    A target outside the zone cannot loop inside it: no name of the zone leads to another one.

    Raises:
        CibleHorsForme: see :func:`canonical_host`.
        CibleDansZone: the target is the zone or a name under it.
    """
    host = canonical_host(text)
    if host == zone or host.endswith(f".{zone}"):
        raise CibleDansZone(f"La cible « {host} » est dans la zone {zone} ; elle doit être un serveur de l'Opérateur.")
    return host


@dataclass(frozen=True, slots=True)
class Cibles:
    """What the names of one couple lead to.

    Attributes:
        db: target of the db name; None when it leads nowhere any more.
        vi: target of the vi name, and of www.vi; None likewise.
        www: whether www.vi is a name of the zone.
    """

    db: str | None
    vi: str | None
    www: bool

    @classmethod
    def of(cls, hote_db: str, hote_vi: str, *, www: bool, retire: bool, parking: str | None) -> Cibles:
        """Return the targets of a couple; those of a retired one are the parking host of the zone, or nothing."""
        return cls(parking, parking, www) if retire else cls(hote_db, hote_vi, www)

    def by_name(self, db: str, vi: str) -> dict[str, str | None]:
        """Return each name of the couple with its target; www.vi, when it is not of the zone, leads nowhere."""
        return {db: self.db, vi: self.vi, www_of(vi): self.vi if self.www else None}


def www_of(vi: str) -> str:
    """Return the third name of a couple, from which market CAs fetch what proves the control of the vi name."""
    return f"www.{vi}"
