# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Several SERV_SSL certificates of one Drimbox: one name has two DN in the list inside a window of overlap, and only then."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confiance.liste_blanche import Brouillon
from confiance.liste_blanche.lint import LintRules, Severity, lint
from espace.liste_blanche import queries as liste
from espace.registre import actions
from espace.registre.certificats.actions import replace_dn
from espace.registre.certificats.rules import DnInchange, DrimboxHorsListe, RecouvrementEnCours, RecouvrementRefuse
from espace.registre.errors import Inconnu
from espace.registre.models import DnRemplace, Drimbox
from espace.registre.rules import DnRefuse
from espace.registre.states import Motif
from tests.espace_donnees import ZONE, declare, dn, integrate

pytestmark = pytest.mark.usefixtures("espace")
NOW = datetime.now(UTC)
MONTH = timedelta(days=30)
DB = f"db1.1.{ZONE}"
NEW = dn(DB).replace("Paris", "Lyon")


def _replace(new: str = NEW, recouvrement: timedelta = MONTH, now: datetime = NOW) -> Drimbox:
    return replace_dn(DB, new, recouvrement=recouvrement, auteur="agent", now=now)


def _listed() -> list[tuple[str, str]]:
    return [(row.db, row.dn_certificat_operateur) for row in liste.wanted_rows()]


def test_both_certificates_are_in_the_list_side_by_side_until_the_end_of_the_window(espace: Any) -> None:
    integrate(2, now=NOW)
    before = liste.marque()
    _replace()
    other = (f"db2.1.{ZONE}", dn(f"db2.1.{ZONE}"))
    assert _listed() == [(DB, NEW), (DB, dn(DB)), other]
    assert liste.marque() not in {before, ""}
    assert [(row.db, row.dn_serv_ssl) for row in liste.lignes()] == _listed()
    inside = liste.marque()
    espace.sql("UPDATE registre_dnremplace SET jusqua = now()", role="superuser")
    assert _listed() == [(DB, NEW), other]
    assert liste.marque() != inside


def test_the_command_replaces_a_certificate_and_says_until_when_the_former_is_admitted(espace: Any) -> None:
    integrate(now=NOW)
    done = espace.run("remplacer-dn", DB, "--dn", NEW, "--recouvrement", "10", "--json")
    assert done.returncode == 0, done.stderr
    told, kept = json.loads(done.stdout), DnRemplace.objects.get()
    assert (told["dn"], kept.dn) == (NEW, dn(DB))
    assert datetime.fromisoformat(told["recouvrement_jusqua"]) == kept.jusqua
    refused = espace.run("remplacer-dn", DB, "--dn", dn(DB), "--recouvrement", "91")
    assert refused.returncode != 0
    assert "registre.recouvrement_refuse" in refused.stderr
    ended = espace.run("remplacer-dn", DB, "--dn", dn(DB), "--recouvrement", "0")
    assert ended.returncode == 0, ended.stderr
    assert "L'ancien n'est plus admis." in ended.stdout
    assert _listed() == [(DB, dn(DB))]


def test_the_rules_of_readers_admit_the_list_of_a_window_and_only_of_a_window(espace: Any) -> None:
    integrate(now=NOW)
    _replace()
    rows, rules = liste.wanted_rows(), LintRules(zones=frozenset({ZONE}))
    inside = Brouillon(rows, NOW + MONTH)
    after = Brouillon(rows, NOW + rules.overlap + timedelta(days=1))
    assert {one.code for one in lint(inside, rules) if one.severity is Severity.ERREUR} == set()
    assert {one.code for one in lint(after, rules) if one.severity is Severity.ERREUR} == {"lint.recouvrement"}


def test_a_compromised_certificate_leaves_at_once_with_the_one_whose_window_was_open() -> None:
    integrate(now=NOW)
    _replace()
    third = dn(DB).replace("Paris", "Nantes")
    _replace(third, timedelta(), NOW + timedelta(days=1))
    assert DnRemplace.objects.filter(jusqua__gt=NOW + timedelta(days=1)).count() == 0
    assert Drimbox.objects.get().dn_serv_ssl == third


def test_three_certificates_at_once_are_refused() -> None:
    integrate(now=NOW)
    _replace()
    with pytest.raises(RecouvrementEnCours):
        _replace(dn(DB).replace("Paris", "Nantes"))
    _replace(dn(DB).replace("Paris", "Nantes"), MONTH, NOW + MONTH)
    assert DnRemplace.objects.count() == 2


def test_an_excluded_drimbox_leaves_with_both_its_certificates() -> None:
    integrate(now=NOW)
    _replace()
    actions.exclude(DB, Motif.CYBER, auteur="agent", now=NOW)
    assert _listed() == []
    with pytest.raises(DrimboxHorsListe):
        _replace(dn(DB).replace("Paris", "Nantes"))


def test_an_exclusion_ends_the_window_so_that_a_quick_return_admits_one_certificate(espace: Any) -> None:
    integrate(now=NOW)
    _replace()
    actions.exclude(DB, Motif.CYBER, auteur="agent", now=NOW + timedelta(seconds=1))
    assert DnRemplace.objects.get().jusqua == NOW + timedelta(seconds=1)
    espace.sql("UPDATE registre_drimbox SET statut = 'provisoire', motif = ''", role="superuser")  # what a réintégration will do
    assert _listed() == [(DB, NEW)]


def test_what_cannot_be_a_replacement_is_refused_and_changes_nothing() -> None:
    integrate(now=NOW)
    declare(now=NOW)
    for new, window, refusal in (
        (dn(DB), MONTH, DnInchange),
        (dn(DB).replace("CENTRE", "Centre"), MONTH, DnInchange),
        (dn(f"db1.2.{ZONE}"), MONTH, DnRefuse),
        (NEW, timedelta(days=91), RecouvrementRefuse),
        (NEW, timedelta(seconds=-1), RecouvrementRefuse),
    ):
        with pytest.raises(refusal):
            _replace(new, window)
    with pytest.raises(DrimboxHorsListe):
        replace_dn(f"db1.2.{ZONE}", dn(f"db1.2.{ZONE}"), recouvrement=MONTH, auteur="agent", now=NOW)
    with pytest.raises(Inconnu):
        replace_dn(f"db1.404.{ZONE}", NEW, recouvrement=MONTH, auteur="agent", now=NOW)
    assert (_listed(), DnRemplace.objects.count()) == ([(DB, dn(DB))], 0)
