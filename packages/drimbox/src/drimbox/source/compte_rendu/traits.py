# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Comparison of identity traits written by different systems: accents, case, hyphens and order of given names do not count."""

from __future__ import annotations

import re
import unicodedata

from drimbox.socle.personnes import TraitsPatient

_CORSICA = {"2A": "19", "2B": "18"}


def normalise(name: str) -> str:
    """Return a name in capitals, without accents, its words separated by one blank."""
    decomposed = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char)).upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", letters).split())


def same_family(left: TraitsPatient, right: TraitsPatient) -> bool | None:
    """Compare family names, birth or used; None when one side has none. A double name contains its halves."""
    ours = [n for n in map(normalise, (left.nom_naissance, left.nom_utilise or "")) if n]
    theirs = [n for n in map(normalise, (right.nom_naissance, right.nom_utilise or "")) if n]
    if not ours or not theirs:
        return None
    return any(_contains(a, b) or _contains(b, a) for a in ours for b in theirs)


def same_given(left: TraitsPatient, right: TraitsPatient) -> bool | None:
    """Compare given names, first, used or of the list; None when one side has none."""
    ours, theirs = _givens(left), _givens(right)
    if not ours or not theirs:
        return None
    return any(_contains(a, b) or _contains(b, a) for a in ours for b in theirs)


def same_birth_date(left: str, right: str) -> bool | None:
    """Compare birth dates; None when one is absent or presumed (PS3.5 DA, RNIV: 00 or 31/12 rules are not guessed at)."""
    if not (_is_full(left) and _is_full(right)):
        return None
    return left == right


def same_sex(left: str, right: str) -> bool | None:
    """Compare administrative sexes; None unless both are M or F."""
    if left not in {"M", "F"} or right not in {"M", "F"}:
        return None
    return left == right


def nir_contradicts(ins: str, traits: TraitsPatient) -> bool:
    """Tell whether a NIR says another sex, year or month of birth than the traits.

    Only worth a warning: official test identities contradict themselves, and so do some real ones.
    """
    if not re.fullmatch(r"[1-478]\d{4}(\d\d|2[AB])\d{8}|[1-478]\d{14}", ins):
        return False
    sex = {"1": "M", "3": "M", "7": "M", "2": "F", "4": "F", "8": "F"}[ins[0]]
    date = traits.date_naissance
    year_differs = len(date) >= 4 and date[2:4] != ins[1:3]
    month_differs = len(date) >= 6 and ins[3:5] in {f"{m:02}" for m in range(1, 13)} and date[4:6] not in {"00", ins[3:5]}
    return same_sex(sex, traits.sexe) is False or year_differs or month_differs


def nir_is_valid(value: str) -> bool:
    """Tell whether a text is a NIR or NIA with its key (15 characters; 97 minus the remainder by 97; Corsica 2A = 19, 2B = 18)."""
    if not re.fullmatch(r"[1-478]\d{4}(\d\d|2[AB])\d{6}\d\d", value):
        return False
    digits = value[:5] + _CORSICA.get(value[5:7], value[5:7]) + value[7:13]
    return int(value[13:]) == 97 - int(digits) % 97


def _givens(traits: TraitsPatient) -> list[str]:
    names = (traits.premier_prenom, traits.prenom_utilise or "", traits.prenoms_naissance)
    return [name for name in map(normalise, names) if name]


def _contains(longer: str, shorter: str) -> bool:
    """Whole words only: ANNE is in ANNE MARIE, not in JEANNE."""
    return f" {shorter} " in f" {longer} "


def _is_full(date: str) -> bool:
    return bool(re.fullmatch(r"\d{8}", date)) and "00" not in (date[4:6], date[6:8])
