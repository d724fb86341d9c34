# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DN of a SERV_SSL certificate, as typed: what is tolerated is normalised, what is wrong stands beside what was expected. Pure.

Grammar (Guide d'intégration §2.1; IGC-Santé): ``CN`` is the db name; ``OU`` is 3 and a SIRET, or 1 and a FINESS; ``O``; ``ST``; ``C=FR``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _
from stdnum.fr import siret

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from espace.guichet.natures import Verdict
from espace.guichet.verification import Constat
from espace.instruction.verifications.departements import canonical

_ORDER = ("CN", "OU", "O", "ST", "C")
_SIRET = re.compile(r"3[0-9]{14}")
_FINESS = re.compile(r"1[0-9][0-9AB][0-9]{7}")


def normalised(text: str) -> str | None:
    """Return the DN that would be published for what was typed; None when it cannot be read.

    Spaces around separators, several spaces, unbreakable ones, decomposed accents, the case of C and of OU, the ways to write ST, and the
    order of the attributes are put straight; an attribute that this DN has not to hold stays, for a person to see.
    """
    try:
        dn = DistinguishedName.parse(_plain(text))
    except DistinguishedNameError:
        return None
    pairs = [(name, _value(name, value)) for rdn in dn.rdns for name, value in rdn]
    if [name for name, _ in pairs] != [name for name, _ in pairs if name in _ORDER] or len({name for name, _ in pairs}) != len(pairs):
        return str(DistinguishedName([pair] for pair in pairs))
    return str(DistinguishedName([pair] for pair in sorted(pairs, key=lambda pair: _ORDER.index(pair[0]))))


def examine(text: str, *, db: str) -> Iterator[Constat]:
    """Yield what is found in a DN.

    Args:
        text: as typed.
        db: the name that its certificate is for.
    """
    straight = normalised(text)
    if straight is None:
        yield Constat("dn_forme", _("Forme du DN"), Verdict.NON_CONFORME, db, _("Illisible. Attendu : CN=%s,OU=…,O=…,ST=…,C=FR.") % db)
        return
    changed = _("Écrit ainsi dans la liste : %s") % straight if straight != text.strip() else ""
    yield Constat("dn_forme", _("Forme du DN"), Verdict.CONFORME, db, changed)
    dn = DistinguishedName.parse(straight)
    values = {name: dn.get(name) or "" for name in _ORDER}
    yield _cn(values["CN"], db)
    yield _ou(values["OU"], db)
    yield _rest(dn, values, db)
    yield _st(values["ST"], db)


def _cn(value: str, db: str) -> Constat:
    if value.lower() == db:
        return Constat("dn_cn", _("CN du certificat"), Verdict.CONFORME, db)
    detail = _("Attendu : « %(db)s » ; lu : « %(cn)s ».") % {"db": db, "cn": value[:253]}
    return Constat("dn_cn", _("CN du certificat"), Verdict.NON_CONFORME, db, detail)


def _ou(value: str, db: str) -> Constat:
    libelle = _("OU : identifiant de la structure")
    if _FINESS.fullmatch(value):
        return Constat("dn_ou", libelle, Verdict.CONFORME, db, _("1 + FINESS"))
    if not _SIRET.fullmatch(value):
        detail = _("Attendu : 3 + SIRET (15 chiffres) ou 1 + FINESS (10 caractères) ; lu : « %s ».") % value[:64]
        return Constat("dn_ou", libelle, Verdict.NON_CONFORME, db, detail)
    if not siret.is_valid(value[1:]):
        return Constat("dn_ou", libelle, Verdict.A_VERIFIER, db, _("3 + 14 chiffres dont la clé n'est pas celle d'un SIRET."))
    return Constat("dn_ou", libelle, Verdict.CONFORME, db, _("3 + SIRET"))


def _rest(dn: DistinguishedName, values: dict[str, str], db: str) -> Constat:
    libelle = _("O, C et attributs du DN")
    missing = [name for name in ("O", "C") if not values[name]]
    extra = sorted({name for rdn in dn.rdns for name, _ in rdn} - set(_ORDER))
    if missing or values["C"] != "FR":
        return Constat("dn_attributs", libelle, Verdict.NON_CONFORME, db, _("Attendu : O=… et C=FR."))
    if extra or sum(len(rdn) for rdn in dn.rdns) != len(set(values) - {name for name in _ORDER if not values[name]}):
        detail = _("Attributs inattendus ou répétés : %s") % (", ".join(extra) or "CN, OU, O, ST, C")
        return Constat("dn_attributs", libelle, Verdict.A_VERIFIER, db, detail[:300])
    return Constat("dn_attributs", libelle, Verdict.CONFORME, db)


def _st(value: str, db: str) -> Constat:
    libelle = _("ST : département")
    if not value:
        return Constat("dn_st", libelle, Verdict.A_VERIFIER, db, _("Absent du DN : comparez avec le certificat."))
    if canonical(value) is None:
        return Constat(
            "dn_st", libelle, Verdict.A_VERIFIER, db, _("« %s » n'est pas écrit comme l'IGC-Santé écrit un département.") % value[:64]
        )
    return Constat("dn_st", libelle, Verdict.CONFORME, db)


def _plain(text: str) -> str:
    """Return a text whose spaces are plain ones and whose accents are composed letters."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(letter) in {"Zs", "Zl", "Zp", "Cc"} else letter for letter in composed).strip()


def _value(name: str, value: str) -> str:
    value = " ".join(value.split())
    if name == "ST":
        return canonical(value) or value
    if name in {"C", "OU"}:
        return value.upper().replace(" ", "")
    return value.lower() if name == "CN" else value
