# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults of content that a signature does not prevent: a list may be genuine and wrong.

A reader reports them and goes on: a row with a fault authenticates at most what its own text says. A publisher refuses to sign a
list with an ``erreur``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import groupby
from typing import Final

from confiance.fqdn import DEFAULT_ZONE, CoupleFqdn, Fqdn, FqdnError, FqdnZoneError
from confiance.liste_blanche.model import Contenu, Domaine

MAX_TEXT: Final = 255  # what the scripts around the sibling list of the messageries keep of a cell
_OU_LENGTHS: Final = {"3": 15, "1": 10}  # "3" + SIRET, "1" + FINESS


class Severity(Enum):
    """What a fault does."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    Attributes:
        code: stable identifier ``lint.…``.
        severity: what it does.
        message: French sentence.
        row: rank of the row from 1, or 0 for the list as a whole.
        db: name in that row, as written.
    """

    code: str
    severity: Severity
    message: str
    row: int = 0
    db: str = ""


@dataclass(frozen=True, slots=True)
class LintRules:
    """What lint compares with.

    Attributes:
        zones: zones whose names are expected.
        overlap: how long one name may have two certificates after the newer row was written.
    """

    zones: frozenset[str] = frozenset({DEFAULT_ZONE})
    overlap: timedelta = timedelta(days=90)


_Row = tuple[int, Domaine]


def lint(content: Contenu, rules: LintRules | None = None, *, known: AbstractSet[Domaine] = frozenset()) -> tuple[Finding, ...]:
    """Return the faults of a list or of a draft, worst first, then in the order of the file.

    Args:
        content: the list or the draft.
        rules: what it is compared with.
        known: rows that were read before with these rules: they are not read again one by one, only beside the others.
    """
    rules = rules or LintRules()
    rows = list(enumerate(content.domaines, start=1))
    found = list(_list_findings(content))
    for row in rows:
        if row[1] not in known:
            found += _name_findings(row, rules)
            found += _dn_findings(row)
            found += _text_findings(row)
        if row[1].date_maj > content.date_generation:
            found.append(_finding(row, "date_future", Severity.ERREUR, "DateMAJ est postérieure à la date de génération de la liste."))
    found += _repeated_names(rows, content, rules)
    found += _repeated_identifiants(rows)
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: (order.index(finding.severity), finding.row)))


def _finding(row: _Row, code: str, severity: Severity, message: str) -> Finding:
    return Finding(f"lint.{code}", severity, message, row[0], row[1].db)


def _list_findings(content: Contenu) -> Iterator[Finding]:
    if not content.domaines:
        yield Finding("lint.liste_vide", Severity.AVERTISSEMENT, "La liste ne contient aucun domaine.")


def _name_findings(row: _Row, rules: LintRules) -> Generator[Finding, None, None]:
    db = yield from _read_name(row, "db", row[1].db, rules)
    if not row[1].vi.strip():
        yield _finding(row, "vi_vide", Severity.AVERTISSEMENT, "Le nom vi est vide : la visionneuse de cette DRIMbox n'est pas publiée.")
        return
    vi = yield from _read_name(row, "vi", row[1].vi, rules)
    if db and vi and CoupleFqdn.of(db) != CoupleFqdn.of(vi):
        yield _finding(row, "vi_autre_couple", Severity.AVERTISSEMENT, "Les noms db et vi ne forment pas un couple.")


def _read_name(row: _Row, kind: str, text: str, rules: LintRules) -> Generator[Finding, None, Fqdn | None]:
    fqdn = _in_zones(text.strip(), rules)
    if fqdn is None:
        yield _finding(row, f"{kind}_forme", Severity.ERREUR, f"Le nom {kind} n'a pas la forme d'un nom de DRIMbox.")
    elif fqdn is _OTHER_ZONE:
        yield _finding(row, f"{kind}_zone", Severity.ERREUR, f"Le nom {kind} appartient à une autre zone.")
    elif fqdn.kind != kind:
        yield _finding(row, f"{kind}_service", Severity.ERREUR, f"Le champ {kind} contient un nom {fqdn.kind}.")
    else:
        return fqdn
    return None


_OTHER_ZONE: Final = Fqdn("db", 1, "0")


def _in_zones(text: str, rules: LintRules) -> Fqdn | None:
    """Return the name, ``_OTHER_ZONE`` for a good name of another zone, or None for no name."""
    outcome: Fqdn | None = None
    for zone in rules.zones:
        try:
            return Fqdn.parse(text, zone=zone)
        except FqdnZoneError:
            outcome = _OTHER_ZONE
        except FqdnError:
            continue
    return outcome


def _dn_findings(row: _Row) -> Iterator[Finding]:
    dn = row[1].dn()
    if dn is None:
        yield _finding(row, "dn_forme", Severity.ERREUR, "Le DN du certificat est illisible : cette ligne n'authentifie personne.")
        return
    if (dn.get("CN") or "").lower() != row[1].db.strip().lower():
        yield _finding(row, "dn_cn", Severity.ERREUR, "Le CN du certificat n'est pas le nom db.")
    unit = dn.get("OU") or ""
    if _OU_LENGTHS.get(unit[:1]) != len(unit) or not unit.isalnum():
        yield _finding(row, "dn_ou", Severity.AVERTISSEMENT, "L'OU du certificat n'est ni 3 suivi d'un SIRET ni 1 suivi d'un FINESS.")
    if str(dn) != row[1].dn_certificat_operateur:
        yield _finding(row, "dn_ecriture", Severity.INFORMATION, f"Le DN s'écrit d'ordinaire {dn}.")


def _text_findings(row: _Row) -> Iterator[Finding]:
    domaine = row[1]
    texts = {
        "Identifiant": domaine.identifiant,
        "db": domaine.db,
        "vi": domaine.vi,
        "Denomination": domaine.denomination,
        "DNCertificatOperateur": domaine.dn_certificat_operateur,
        "SupportContact": domaine.support_contact,
    }
    for name, text in texts.items():
        if text != text.strip():
            yield _finding(row, "texte_espaces", Severity.AVERTISSEMENT, f"Le champ {name} commence ou finit par des espaces.")
        if len(text) > MAX_TEXT:
            yield _finding(row, "texte_long", Severity.AVERTISSEMENT, f"Le champ {name} dépasse {MAX_TEXT} caractères.")
        if not text.strip() and name in ("Denomination", "SupportContact"):
            yield _finding(row, "texte_vide", Severity.AVERTISSEMENT, f"Le champ {name} est vide.")
    if not domaine.identifiant.isdecimal():
        yield _finding(row, "identifiant_forme", Severity.AVERTISSEMENT, "L'Identifiant n'est pas un nombre entier.")


def _repeated_names(rows: list[_Row], content: Contenu, rules: LintRules) -> Iterator[Finding]:
    """The same name twice is right only for two certificates, while one replaces the other."""

    def name(row: _Row) -> str:
        return row[1].db.strip().lower()

    counted = Counter(map(name, rows))
    repeated = [row for row in rows if counted[name(row)] > 1] if len(counted) < len(rows) else []
    for _, group in groupby(sorted(repeated, key=lambda row: (name(row), row[0])), key=name):
        same = list(group)
        names = {row[1].dn() or row[1].dn_certificat_operateur for row in same}
        last = same[-1]
        if len(names) < len(same):
            yield _finding(last, "doublon", Severity.ERREUR, "Le même nom db figure deux fois avec le même certificat.")
        if len(names) > 2:
            yield _finding(last, "trop_de_dn", Severity.ERREUR, "Le même nom db figure avec plus de deux certificats.")
        elif len(names) == 2 and content.date_generation - max(row[1].date_maj for row in same) > rules.overlap:
            yield _finding(last, "recouvrement", Severity.ERREUR, "Deux certificats restent sous ce nom après la période de recouvrement.")
        elif len(names) == 2:
            yield _finding(last, "deux_dn", Severity.INFORMATION, "Deux certificats sont admis sous ce nom : un remplacement est en cours.")


def _repeated_identifiants(rows: list[_Row]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        if row[1].identifiant in seen:
            yield _finding(row, "identifiant_repete", Severity.INFORMATION, "Cet Identifiant sert déjà à une autre ligne.")
        seen.add(row[1].identifiant)
