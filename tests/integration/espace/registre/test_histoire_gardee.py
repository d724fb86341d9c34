# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Nobody changes, forges or reads beyond their need the history of the Registre: tried as SQL under each role."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.espace_donnees import integrate


@pytest.fixture(scope="module")
def peuple(espace_partage: Any) -> Any:
    """A Registre with a history; nothing of these tests may change it."""
    integrate()
    return espace_partage


@pytest.mark.parametrize("role", ["pages", "proprietaire", "superuser", "signataire", "zone"])
@pytest.mark.parametrize(
    "statement", ["UPDATE registre_revision SET auteur = 'autre'", "DELETE FROM registre_revision", "TRUNCATE registre_revision"]
)
def test_nobody_changes_the_history(peuple: Any, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        peuple.sql(statement, role=role)


def test_no_role_of_a_process_forges_a_revision(peuple: Any) -> None:
    for role in ("pages", "signataire", "zone", "temoin", "depot", "ouvrier"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            peuple.sql(
                "INSERT INTO registre_revision (relation, ligne, nature, champs, avant, apres, at, auteur, process, motif, operation)"
                " VALUES ('registre_drimbox', 1, 'ajout', '{}', '{}', '{}', now(), 'agent', '', '', 1)",
                role=role,
            )


def test_only_the_pages_read_the_history_which_holds_data_of_clients(peuple: Any) -> None:
    for role in ("signataire", "zone", "temoin", "depot"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            peuple.sql("SELECT * FROM registre_revision", role=role)
