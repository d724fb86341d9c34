# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Decisions of the Registre. Pure: values in, a decision out."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from confiance.distinguished_name import DistinguishedName
from confiance.errors import PeerError
from espace.acteurs.rules import check_text
from espace.zone.cibles import check_cible

SERIAL_MODULO = 2**32  # RFC 1982 §2
_LDH = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_AROUND = string.punctuation + "’«»"  # a word never begins by one
_OU = re.compile(r"[134][0-9A-Z]{9,20}")


class IdRegistreRefuse(PeerError):
    """The label cannot be an ID_Registre."""

    code = "registre.id_registre_refuse"
    message = "Cet ID_Registre ne peut pas être attribué."
    remede = "Laissez l'Espace donner un numéro, ou donnez une étiquette de lettres, chiffres et traits d'union jamais attribuée."
    clause = "Introduction à l'Espace de Confiance §2.2"


class DnRefuse(PeerError):
    """The DN cannot be the one of the SERV_SSL certificate of this Drimbox."""

    code = "registre.dn_refuse"
    message = "Ce DN n'est pas celui du certificat SERV_SSL de ce nom."
    remede = "Recopiez le DN du certificat SERV_SSL : CN=nom db attribué,OU=3 + SIRET ou 1 + FINESS,O=…,ST=…,C=FR."
    clause = "Guide d'intégration §2.1, demande d'intégration"


@dataclass(frozen=True, slots=True)
class HotesDeclares:
    """Hosts of the Operateur behind the two names of one PACS; checked when built.

    Raises:
        CibleRefusee: a host cannot be the target of a CNAME of the zone.
    """

    hote_db: str
    hote_vi: str
    zone: str
    libelle: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hote_db", check_cible(self.hote_db, zone=self.zone))
        object.__setattr__(self, "hote_vi", check_cible(self.hote_vi, zone=self.zone))
        object.__setattr__(self, "libelle", check_text("libellé du PACS", self.libelle, 255, required=False))


def check_id_registre(label: str) -> str:
    """Return an imported ID_Registre in lower case: any LDH label is read.

    Raises:
        IdRegistreRefuse: not an LDH label.
    """
    label = label.strip().lower()
    if not _LDH.fullmatch(label):
        raise IdRegistreRefuse(f"« {label[:63]} » n'est pas une étiquette de nom de domaine.")
    return label


def check_dn(text: str, *, db: str) -> str:
    """Return the DN of a SERV_SSL certificate in the form that the Liste Blanche publishes.

    Spaces around separators and escapes are normalised; the CN must be the name given, nothing else.

    Args:
        text: DN as typed.
        db: name of the couple.

    Raises:
        DistinguishedNameError: unreadable.
        DnRefuse: an attribute is missing or has another value.
    """
    dn = DistinguishedName.parse(text)
    common_name = dn.get("CN") or ""
    if common_name.lower() != db:
        raise DnRefuse(f"Le CN du DN est « {common_name[:80]} », « {db} » était attendu.")
    if not _OU.fullmatch(dn.get("OU") or ""):
        raise DnRefuse("L'OU du DN n'est pas un identifiant national de structure (3 + SIRET, 1 + FINESS).")
    if (dn.get("C") or "").upper() != "FR" or not dn.get("O"):
        raise DnRefuse("Le DN ne porte pas O et C=FR.")
    return str(dn)


def next_serial(previous: int, now: datetime) -> int:
    """Return the next serial number of the zone: the time in seconds, or one more than the previous.

    It never decreases, so secondary servers always see the change (RFC 1982 serial arithmetic holds up to 2106).
    """
    return max(previous + 1, int(now.timestamp())) % SERIAL_MODULO


def sort_key(label: str) -> str:
    """Return the text by which ID_Registre are ordered: numbers first, by value, then words."""
    return f"0{int(label):020d}" if label.isdigit() else f"1{label}"


def search_text(*parts: str) -> str:
    """Return the normalised text in which a person's words are looked for: lower case, without accents."""
    return " ".join(normalise(part) for part in parts if part)


def words_of(text: str) -> list[str]:
    """Return what a person looks for: at most eight beginnings of words; a SIREN or SIRET typed in groups of digits is one word."""
    text = normalise(text.replace("\x00", " ")[:200])
    digits = "".join(text.split())
    if digits.isdecimal() and len(digits) in (9, 14):
        return [digits]
    return [word for part in text.split() if (word := part.strip(_AROUND))][:8]


def normalise(text: str) -> str:
    """Return a text in lower case, without accents nor repeated spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold()  # twice: letters of mathematics only then become letters
    decomposed = unicodedata.normalize("NFKD", folded)
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())
