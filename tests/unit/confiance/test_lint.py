# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from banc.attaques.terrain import GENERATION, domaine
from confiance.liste_blanche import Brouillon, Domaine, LintRules, Severity, lint

GOOD = domaine(1)
DN = GOOD.dn_certificat_operateur
DAY = timedelta(days=1)


def _codes(*rows: Domaine, rules: LintRules | None = None) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in lint(Brouillon(rows, GENERATION), rules)}


def test_a_good_row_has_no_fault() -> None:
    assert _codes(GOOD) == {}


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"db": "hopital.example"}, "lint.db_forme", Severity.ERREUR),
        ({"db": "db1.1.autre.example"}, "lint.db_zone", Severity.ERREUR),
        ({"db": "vi1.1.mesimagesmedicales.fr"}, "lint.db_service", Severity.ERREUR),
        ({"vi": ""}, "lint.vi_vide", Severity.AVERTISSEMENT),
        ({"vi": "x"}, "lint.vi_forme", Severity.ERREUR),
        ({"vi": "vi1.1.autre.example"}, "lint.vi_zone", Severity.ERREUR),
        ({"vi": "db1.1.mesimagesmedicales.fr"}, "lint.vi_service", Severity.ERREUR),
        ({"vi": "vi2.1.mesimagesmedicales.fr"}, "lint.vi_autre_couple", Severity.AVERTISSEMENT),
        ({"dn_certificat_operateur": "CN="}, "lint.dn_forme", Severity.ERREUR),
        ({"dn_certificat_operateur": DN.replace("db1", "db2")}, "lint.dn_cn", Severity.ERREUR),
        ({"dn_certificat_operateur": "OU=300000000000001"}, "lint.dn_cn", Severity.ERREUR),
        ({"dn_certificat_operateur": DN.replace("OU=3", "OU=4")}, "lint.dn_ou", Severity.AVERTISSEMENT),
        ({"dn_certificat_operateur": DN.replace("OU=300000000000001,", "")}, "lint.dn_ou", Severity.AVERTISSEMENT),
        ({"dn_certificat_operateur": DN.replace(",", ", ")}, "lint.dn_ecriture", Severity.INFORMATION),
        ({"date_maj": GENERATION + DAY}, "lint.date_future", Severity.ERREUR),
        ({"denomination": " a"}, "lint.texte_espaces", Severity.AVERTISSEMENT),
        ({"denomination": ""}, "lint.texte_vide", Severity.AVERTISSEMENT),
        ({"support_contact": " "}, "lint.texte_vide", Severity.AVERTISSEMENT),
        ({"denomination": "a" * 256}, "lint.texte_long", Severity.AVERTISSEMENT),
        ({"identifiant": "A1"}, "lint.identifiant_forme", Severity.AVERTISSEMENT),
    ],
)
def test_each_fault_is_named_with_its_severity(changes: dict[str, object], code: str, severity: Severity) -> None:
    assert _codes(replace(GOOD, **changes))[code] is severity


def test_a_finess_is_an_organisation_too() -> None:
    assert "lint.dn_ou" not in _codes(replace(GOOD, dn_certificat_operateur=DN.replace("OU=300000000000001", "OU=10B0174462")))


def test_an_empty_list_is_told() -> None:
    assert _codes() == {"lint.liste_vide": Severity.AVERTISSEMENT}


def test_the_same_name_and_certificate_twice_is_an_error() -> None:
    respelled = replace(GOOD, identifiant="2", dn_certificat_operateur=DN.replace(",", ", "))
    assert _codes(GOOD, respelled)["lint.doublon"] is Severity.ERREUR


def test_two_certificates_under_one_name_are_right_while_one_replaces_the_other() -> None:
    renewed = replace(GOOD, identifiant="2", dn_certificat_operateur=DN.replace("OPERATEUR", "NOUVEAU"))
    assert _codes(GOOD, renewed)["lint.deux_dn"] is Severity.INFORMATION
    old = [replace(row, date_maj=GENERATION - 91 * DAY) for row in (GOOD, renewed)]
    assert _codes(*old)["lint.recouvrement"] is Severity.ERREUR
    assert "lint.deux_dn" in _codes(*old, rules=LintRules(overlap=100 * DAY))


def test_three_certificates_under_one_name_are_an_error() -> None:
    rows = [replace(GOOD, dn_certificat_operateur=DN.replace("OPERATEUR", name)) for name in ("A", "B", "C")]
    assert _codes(*rows)["lint.trop_de_dn"] is Severity.ERREUR


def test_two_malformed_certificates_are_two_rows() -> None:
    rows = [replace(GOOD, dn_certificat_operateur=text) for text in ("x", "y")]
    assert "lint.doublon" not in _codes(*rows)


def test_a_repeated_identifiant_is_only_told() -> None:
    assert _codes(GOOD, replace(domaine(2), identifiant="1")) == {"lint.identifiant_repete": Severity.INFORMATION}


def test_other_zones_may_be_expected() -> None:
    row = replace(
        GOOD,
        db="db1.1.drimm.example",
        vi="vi1.1.drimm.example",
        dn_certificat_operateur=DN.replace("mesimagesmedicales.fr", "drimm.example"),
    )
    assert _codes(row, rules=LintRules(zones=frozenset({"drimm.example", "mesimagesmedicales.fr"}))) == {}


def test_the_worst_comes_first_and_names_its_row() -> None:
    findings = lint(Brouillon((replace(GOOD, vi=""), replace(domaine(2), db="x")), GENERATION))
    assert [finding.severity for finding in findings] == sorted((f.severity for f in findings), key=list(Severity).index)
    assert (findings[0].row, findings[0].db) == (2, "x")
    assert all(finding.message.endswith((".", ")")) or "DN" in finding.message for finding in findings)


def test_rows_known_to_be_right_are_read_again_beside_the_others_only() -> None:
    wrong, right = replace(domaine(1), db="x"), domaine(2)
    known = frozenset({wrong, right})
    assert lint(Brouillon((wrong, right), GENERATION))
    assert lint(Brouillon((wrong, right), GENERATION), known=known) == ()
    assert [found.code for found in lint(Brouillon((right, right), GENERATION), known=known) if found.severity is Severity.ERREUR] == [
        "lint.doublon"
    ]
    assert lint(Brouillon((replace(wrong, vi=""), right), GENERATION), known=known)
