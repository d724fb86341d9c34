# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads the form of a contextual call.

Names follow the specification encoded by the public test server (end of 2024). They changed five times: they are read without regard
to case and under their former spellings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drimbox.conso.appel.errors import AppelRefuse
from drimbox.socle.personnes import OIDS_INS, Identifiant, Patient, TraitsPatient

MAX_PARAMETERS = 40
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,120}")
_INS = re.compile(r"[0-9]{6}[0-9AB][0-9]{8}")
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_COG = re.compile(r"[0-9][0-9AB][0-9]{3}")
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_SEXES: Final = {"m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O", "u": "U", "unknown": "U"}
_YES = frozenset({"yes", "oui", "true", "1"})
_NO = frozenset({"no", "non", "false", "0"})
_UNKNOWN = frozenset({"unknown", "inconnu"})


class Accord(Enum):
    """What the RIS says of the patient's will."""

    ACCORD = "accord"
    OPPOSITION = "opposition"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class AppelRecu:
    """A contextual call, read. Its repr shows nothing.

    Attributes:
        patient: INS, IPP and traits given by the RIS.
        accord: what the patient said of the consultation.
        situation: identifier of the structure the professional calls from, or None.
    """

    patient: Patient
    accord: Accord
    situation: str | None

    def __repr__(self) -> str:
        return "AppelRecu(…)"


def _text(value: str) -> str:
    return value if _TEXT.fullmatch(value) else ""


def _ins(value: str) -> str:
    compact = value.replace(" ", "").upper()
    return compact if _INS.fullmatch(compact) else ""


def _ins_oid(value: str) -> str:
    oid = value.removeprefix("urn:oid:")
    return oid if oid in OIDS_INS else ""


def _oid(value: str) -> str:
    oid = value.removeprefix("urn:oid:")
    return oid if len(oid) <= 64 and (_OID.fullmatch(oid) or _TEXT.fullmatch(oid)) else ""


def _date(value: str) -> str:
    found = _DATE.fullmatch(value)
    return "".join(found.groups()) if found and found[2] <= "12" and found[3] <= "31" else ""


def _cog(value: str) -> str:
    return value.upper() if _COG.fullmatch(value.upper()) else ""


def _sexe(value: str) -> str:
    return _SEXES.get(value.lower(), "")


def _consentement(value: str) -> str:
    return _will(value, yes=Accord.ACCORD, no=Accord.OPPOSITION)


def _opposition(value: str) -> str:
    return _will(value, yes=Accord.OPPOSITION, no=Accord.ACCORD)


def _will(value: str, *, yes: Accord, no: Accord) -> str:
    word = value.lower()
    return (yes if word in _YES else no if word in _NO else Accord.INCONNU).value if word in _YES | _NO | _UNKNOWN else ""


@dataclass(frozen=True, slots=True)
class _Parametre:
    """One notion: the name shown in faults, its spellings in lower case with the reader of each, and whether it must be there."""

    shown: str
    spellings: dict[str, Callable[[str], str]]
    required: bool = True


def _one(shown: str, reader: Callable[[str], str], *aliases: str, required: bool = True) -> _Parametre:
    return _Parametre(shown, {name.lower(): reader for name in (shown, *aliases)}, required)


_PARAMETRES: Final = {
    "ins": _one("Patient.identifier.value", _ins, "ins"),
    "ins_oid": _one("Patient.identifier.system", _ins_oid, "insAuthority"),
    "nom": _one("Patient.name.family", _text),
    "prenom": _one("Patient.name.given", _text),
    "sexe": _one("Patient.gender", _sexe),
    "naissance": _one("Patient.birthDate", _date),
    "lieu": _one("Address.district", _cog, "Patient.address.district"),
    "ipp": _one("PatientID", _text),
    "ipp_oid": _one("PatientIDIssuer", _oid),
    "accord": _Parametre(
        "InformationEtConsentement",
        {
            "informationetconsentement": _consentement,
            "consent": _consentement,
            "informationetoppositionconsultation": _opposition,
            "opposition": _opposition,
        },
    ),
    "situation": _one("Situation", _text, required=False),
}
_BY_SPELLING: Final = {spelling: notion for notion, parametre in _PARAMETRES.items() for spelling in parametre.spellings}
_REMOVED: Final = frozenset({"studyinstanceuid", "modality", "accessionnumber", "accessionnumberissuer", "studydate", "anatomicregion"})


def read_appel(pairs: Iterable[tuple[str, str]]) -> AppelRecu:
    """Read the decoded fields of the form.

    Args:
        pairs: names and values, in their order, repetitions included.

    Raises:
        AppelRefuse: with every fault found.
    """
    faults: list[str] = []
    values: dict[str, str] = {}
    for name, value in list(pairs)[: MAX_PARAMETERS + 1]:
        _keep(name, value.strip(), values, faults)
    faults += [f"Le paramètre {p.shown} est absent." for notion, p in _PARAMETRES.items() if p.required and notion not in values]
    if faults:
        raise AppelRefuse(faults)
    return AppelRecu(_patient(values), Accord(values["accord"]), values.get("situation"))


def _keep(name: str, value: str, values: dict[str, str], faults: list[str]) -> None:
    notion = _BY_SPELLING.get(name.lower())
    if notion is None:
        faults.append(_unknown(name))
        return
    shown = _PARAMETRES[notion].shown
    if notion in values:
        faults.append(f"Le paramètre {shown} est donné deux fois.")
    values[notion] = _PARAMETRES[notion].spellings[name.lower()](value) if value else ""
    if not values[notion] and _PARAMETRES[notion].required:
        faults.append(f"Le paramètre {shown} n'a pas de valeur." if not value else f"La valeur du paramètre {shown} n'est pas admise.")


def _unknown(name: str) -> str:
    if name.lower() in _REMOVED:
        return f"Le paramètre {name} a été retiré de la spécification."
    shown = name if re.fullmatch(r"[A-Za-z.]{1,40}", name) else "au nom illisible"
    return f"Le paramètre {shown} est inconnu."


def _patient(values: dict[str, str]) -> Patient:
    traits = TraitsPatient(
        nom_naissance=values["nom"],
        premier_prenom=values["prenom"],
        prenoms_naissance=values["prenom"],
        date_naissance=values["naissance"],
        sexe=values["sexe"],
        lieu_naissance=values["lieu"],
    )
    return Patient(Identifiant(values["ins"], values["ins_oid"]), Identifiant(values["ipp"], values["ipp_oid"]), traits)
