# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a publication looks at to see that the Registre did not move changes whenever a row of the list does, and only then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from espace.liste_blanche import queries
from espace.registre import actions as registre
from tests.espace_donnees import ZONE, declare, dn, integrate

NOW = datetime.now(UTC)
CHANGES = [
    "UPDATE registre_drimbox SET identifiant = 77 WHERE id = 1",
    "UPDATE registre_drimbox SET dn_serv_ssl = dn_serv_ssl || 'X' WHERE id = 1",
    "UPDATE registre_drimbox SET modifie_le = modifie_le + interval '1 second' WHERE id = 1",
    "UPDATE registre_drimbox SET statut = 'declaree' WHERE id = 1",
    "UPDATE registre_couplefqdn SET db = 'db9.1.mesimagesmedicales.fr' WHERE number = 1",
    "UPDATE registre_couplefqdn SET vi = 'vi9.1.mesimagesmedicales.fr' WHERE number = 1",
    "UPDATE registre_couplefqdn SET tri = 'z' WHERE number = 1",
    "UPDATE acteurs_operateur SET denomination = 'Autre'",
    "UPDATE acteurs_operateur SET support_mail = 'autre@operateur.test'",
    "UPDATE acteurs_operateur SET support_telephone = '01'",
    "UPDATE acteurs_operateur SET modifie_le = modifie_le + interval '1 hour'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_the_list_is_seen(espace: Any, change: str) -> None:
    integrate(2, now=NOW)
    before, rows = queries.marque(), queries.wanted_rows()
    espace.sql("ALTER TABLE registre_couplefqdn DISABLE TRIGGER USER")
    espace.sql(change)
    assert queries.wanted_rows() != rows
    assert queries.marque() != before


def test_what_is_not_in_the_list_changes_nothing(espace: Any) -> None:
    integrate(2, now=NOW)
    before, rows = queries.marque(), queries.wanted_rows()
    declare(now=NOW)
    espace.sql("UPDATE registre_pacs SET hote_db = 'ailleurs.operateur.test'")
    espace.sql("UPDATE acteurs_operateur SET adresse = '1 rue du Site'")
    assert (queries.marque(), queries.wanted_rows()) == (before, rows)


def test_a_row_that_comes_and_one_that_goes_are_seen_and_the_empty_registre_has_a_mark(espace: Any) -> None:
    marks = [queries.marque()]
    integrate(2, now=NOW)
    marks.append(queries.marque())
    registre.exclude(f"db1.1.{ZONE}", registre.Motif.CYBER, auteur="essai", now=NOW)
    marks.append(queries.marque())
    assert len(set(marks)) == 3


def test_a_row_that_says_the_same_is_the_same_object_and_one_that_changed_is_another(espace: Any) -> None:
    integrate(2, now=NOW)
    first = queries.wanted_rows()
    espace.sql("UPDATE registre_drimbox SET dn_serv_ssl = %s WHERE id = 2", dn(f"db2.1.{ZONE}").replace("Paris", "Lyon"))
    second = queries.wanted_rows()
    assert second[0] is first[0]
    assert "Lyon" in second[1].dn_certificat_operateur
