# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``confiance lint`` and ``confiance diff``."""

from __future__ import annotations

import argparse
from pathlib import Path

from confiance import horodatage
from confiance.cli import inputs, report
from confiance.fqdn import DEFAULT_ZONE
from confiance.liste_blanche.diff import diff
from confiance.liste_blanche.lint import Finding, LintRules, Severity, lint

_UNVERIFIED = "attention : sans --anchors, la signature n'est pas vérifiée"


def add_lint(parser: argparse.ArgumentParser) -> None:
    """Declare the options of lint."""
    parser.add_argument("liste", metavar="LISTE", type=Path, help="liste ou brouillon")
    parser.add_argument("--zone", metavar="ZONE", action="append", help=f"zone attendue (par défaut {DEFAULT_ZONE})")
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    inputs.add_trust(parser, required=False)


def run_lint(args: argparse.Namespace) -> report.Exit:
    """Show the faults of a list; refused when one is an error."""
    content = inputs.read_liste(args.liste, args)
    findings = lint(content, LintRules(zones=frozenset(args.zone or (DEFAULT_ZONE,))))
    errors = sum(finding.severity is Severity.ERREUR for finding in findings)
    if args.json:
        report.show_json({"verified": args.anchors is not None, "erreurs": errors, "constats": [_as_dict(f) for f in findings]})
    else:
        _warn_unverified(args)
        report.show(*map(_as_line, findings), f"{len(content.domaines)} lignes, {len(findings)} constats dont {errors} erreurs.")
    return report.Exit.REFUSED if errors else report.Exit.ACCEPTED


def add_diff(parser: argparse.ArgumentParser) -> None:
    """Declare the options of diff."""
    parser.add_argument("avant", metavar="AVANT", type=Path, help="première liste")
    parser.add_argument("apres", metavar="APRES", type=Path, help="seconde liste")
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    inputs.add_trust(parser, required=False)


def run_diff(args: argparse.Namespace) -> report.Exit:
    """Show what changed between two lists."""
    found = diff(inputs.read_liste(args.avant, args), inputs.read_liste(args.apres, args))
    if args.json:
        changed = [
            {"before": report.domaine_as_dict(c.before), "after": report.domaine_as_dict(c.after), "fields": list(c.fields)}
            for c in found.changed
        ]
        report.show_json(
            {
                "verified": args.anchors is not None,
                "before": horodatage.text_of(found.before),
                "after": horodatage.text_of(found.after),
                "added": [report.domaine_as_dict(d) for d in found.added],
                "removed": [report.domaine_as_dict(d) for d in found.removed],
                "changed": changed,
            }
        )
        return report.Exit.ACCEPTED
    _warn_unverified(args)
    report.show(*(f"- {d.db} ({d.dn_certificat_operateur})" for d in found.removed))
    report.show(*(f"+ {d.db} ({d.dn_certificat_operateur})" for d in found.added))
    report.show(*(f"~ {c.after.db} : {', '.join(c.fields)}" for c in found.changed))
    report.show(f"{len(found.removed)} retirées, {len(found.added)} ajoutées, {len(found.changed)} modifiées.")
    return report.Exit.ACCEPTED


def _warn_unverified(args: argparse.Namespace) -> None:
    if args.anchors is None:
        report.warn(_UNVERIFIED)


def _as_dict(finding: Finding) -> dict[str, str | int]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "row": finding.row,
        "db": finding.db,
    }


def _as_line(finding: Finding) -> str:
    place = f"ligne {finding.row} ({finding.db}) : " if finding.row else ""
    return f"{finding.severity.value:<13} {place}{finding.message} [{finding.code}]"
