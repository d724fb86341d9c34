# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What each PostgreSQL role may not do, tried as SQL (architecture, decision 7)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from espace.liste_blanche.actions import demander_publication
from espace.roles import ROLES, roles_sql
from tests.espace_donnees import NOW, integrate

_FORBIDDEN = {
    "pages": [
        "INSERT INTO liste_blanche_publication (demande_id, etat, prise_le, code, signataire, sha256)"
        " VALUES (1, 'demandee', now(), '', '', '')",
        "UPDATE liste_blanche_publication SET etat = 'publiee'",
        "DELETE FROM liste_blanche_publication",
        "UPDATE liste_blanche_demande SET auteur = 'autre'",
        "DELETE FROM liste_blanche_demande",
        "UPDATE journal SET auteur = 'autre'",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "DELETE FROM registre_nomattribue",
        "UPDATE registre_nomattribue SET fqdn = 'autre'",
        "DELETE FROM registre_idregistre",
        "DELETE FROM registre_couplefqdn",
        "UPDATE registre_couplefqdn SET db = 'db9.9.mesimagesmedicales.fr'",
        "UPDATE registre_couplefqdn SET pacs_id = 1",
        "UPDATE registre_couplefqdn SET number = 9",
        "DELETE FROM registre_drimbox",
        "UPDATE registre_drimbox SET couple_id = 1",
        "UPDATE acteurs_operateur SET siret = '35600000000048'",
        "INSERT INTO registre_seriezone (id, serial, modifie_le) VALUES (2, 1, now())",
        "INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)"
        " VALUES ('intrus', '', true, '', '', '', true, true, now())",
        "UPDATE auth_user SET is_superuser = true",
        "UPDATE auth_user SET username = 'autre'",
        "DELETE FROM auth_user",
        "CREATE TABLE intrus (id int)",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "UPDATE liste_blanche_approbation SET avis = 'approuve'",
        "INSERT INTO tete_feuille (rang, sequence, donnees) VALUES (0, 1, '')",
        "INSERT INTO tete_noeud (niveau, rang, empreinte) VALUES (0, 0, '')",
        "UPDATE tete_tete SET publiee_le = now()",
        "UPDATE tete_signaturetete SET cle = 'autre'",
        "INSERT INTO alarmes_alarme (code, objet, message, remede, depuis, vue_le, occurrences, fermee_par)"
        " VALUES ('x', '', '', '', now(), now(), 1, '')",
        "UPDATE alarmes_alarme SET message = 'autre'",
        "DELETE FROM alarmes_alarme",
    ],
    "signataire": [
        "INSERT INTO liste_blanche_demande (demandee_le, auteur) VALUES (now(), 'signataire')",
        "INSERT INTO liste_blanche_demande (demandee_le, auteur, origine, retrait_massif) VALUES (now(), 'agent', 'personne', false)",
        "INSERT INTO liste_blanche_approbation (demande_id, avis, auteur, demandeur, lignes_sha256, donnee_le)"
        " VALUES (1, 'approuve', 'un', 'autre', '', now())",
        "UPDATE tete_feuille SET donnees = ''",
        "DELETE FROM tete_noeud",
        "UPDATE tete_tete SET charge = ''",
        "UPDATE tete_signaturetete SET valeur = ''",
        "DELETE FROM liste_blanche_publication",
        "UPDATE registre_drimbox SET statut = 'active'",
        "UPDATE registre_couplefqdn SET operateur_id = 1",
        "INSERT INTO registre_nomattribue (fqdn, couple_id, attribue_le) VALUES ('x', 1, now())",
        "UPDATE acteurs_operateur SET denomination = 'autre'",
        "SELECT * FROM acteurs_client",
        "SELECT * FROM acteurs_site",
        "SELECT * FROM auth_user",
        "SELECT * FROM django_session",
        "UPDATE journal SET auteur = 'autre'",
        "DELETE FROM journal",
        "CREATE TABLE intrus (id int)",
    ],
    "temoin": [
        "INSERT INTO liste_blanche_publication (demande_id, etat, prise_le, code, signataire, sha256)"
        " VALUES (1, 'demandee', now(), '', '', '')",
        "UPDATE liste_blanche_publication SET etat = 'publiee'",
        "INSERT INTO tete_feuille (rang, sequence, donnees) VALUES (0, 1, '')",
        "UPDATE tete_tete SET publiee_le = now()",
        "UPDATE tete_signaturetete SET cle = 'autre'",
        "DELETE FROM tete_signaturetete",
        "SELECT * FROM registre_drimbox",
        "SELECT * FROM acteurs_client",
        "SELECT * FROM auth_user",
        "UPDATE journal SET auteur = 'autre'",
        "CREATE TABLE intrus (id int)",
    ],
    "depot": [
        "UPDATE liste_blanche_publication SET etat = 'publiee'",
        "INSERT INTO tete_signaturetete (tete_id, cle, protegee, valeur, faite_le, auteur) VALUES (1, '', '', '', now(), '')",
        "UPDATE tete_tete SET publiee_le = now()",
        "SELECT * FROM tete_signaturetete",
        "SELECT * FROM registre_drimbox",
        "SELECT * FROM acteurs_client",
        "SELECT * FROM auth_user",
        "DELETE FROM journal",
        "CREATE TABLE intrus (id int)",
    ],
    "zone": [
        "UPDATE journal SET auteur = 'autre'",
        "UPDATE registre_pacs SET hote_db = 'intrus.test'",
        "UPDATE registre_seriezone SET serial = 1",
        "INSERT INTO registre_nomattribue (fqdn, couple_id, attribue_le) VALUES ('x', 1, now())",
        "SELECT * FROM acteurs_operateur",
        "SELECT * FROM acteurs_client",
        "SELECT * FROM liste_blanche_publication",
        "SELECT * FROM journal",
        "SELECT * FROM auth_user",
        "CREATE TABLE intrus (id int)",
    ],
    "proprietaire": [
        "UPDATE journal SET auteur = 'autre'",
        "DELETE FROM journal",
        "TRUNCATE journal CASCADE",
        "DELETE FROM registre_nomattribue",
        "UPDATE registre_nomattribue SET attribue_le = now()",
        "TRUNCATE registre_nomattribue CASCADE",
        "DELETE FROM registre_idregistre",
        "UPDATE registre_idregistre SET label = 'autre'",
        "DELETE FROM liste_blanche_demande",
        "TRUNCATE tete_feuille",
        "TRUNCATE tete_noeud",
        "TRUNCATE tete_signaturetete",
        "CREATE DATABASE intrus",
        "CREATE ROLE intrus",
    ],
}


@pytest.fixture(scope="module")
def peuple(espace_partage: Any) -> Any:
    """A database with rows in every table; nothing of these tests may change it."""
    integrate()
    demander_publication(auteur="essai", now=NOW)
    return espace_partage


@pytest.mark.parametrize(("role", "statement"), [(role, text) for role, texts in _FORBIDDEN.items() for text in texts])
def test_a_role_may_not(peuple: Any, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        peuple.sql(statement, role=role)


@pytest.mark.parametrize("role", ["pages", "signataire", "zone"])
def test_each_role_may_read_what_it_works_on(peuple: Any, role: str) -> None:
    assert peuple.sql("SELECT count(*) FROM registre_couplefqdn", role=role) == [(1,)]


def test_a_published_row_never_changes_even_for_the_signataire(espace: Any) -> None:
    demander_publication(auteur="essai", now=NOW)
    espace.sql(
        "INSERT INTO liste_blanche_publication (demande_id, etat, prise_le, terminee_le, code, signataire, sha256)"
        " SELECT id, 'refusee', now(), now(), 'essai', '', '' FROM liste_blanche_demande",
        role="signataire",
    )
    for role in ("signataire", "proprietaire"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            espace.sql("UPDATE liste_blanche_publication SET code = 'autre'", role=role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql("DELETE FROM liste_blanche_publication", role="proprietaire")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registre_drimbox SET statut = 'inconnu'",
        "UPDATE registre_drimbox SET dn_serv_ssl = ''",
        "UPDATE registre_drimbox SET statut = 'exclue', motif = ''",
        "INSERT INTO acteurs_client (siren, denomination, cree_le) VALUES ('12', '', now())",
    ],
)
def test_the_database_refuses_a_row_that_the_rules_would_refuse(espace: Any, statement: str) -> None:
    integrate()
    with pytest.raises(psycopg.errors.CheckViolation):
        espace.sql(statement, role="pages")


def test_a_name_given_cannot_be_given_again_even_by_sql(espace: Any) -> None:
    db = integrate()[0].couple.db
    with pytest.raises(psycopg.errors.UniqueViolation):
        espace.sql("INSERT INTO registre_nomattribue (fqdn, couple_id, attribue_le) SELECT %s, id, now() FROM registre_couplefqdn", db)


def test_the_statements_for_the_dba_create_working_roles(postgres: Any) -> None:
    statements = roles_sql("dba_", "espace_dba").splitlines()
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        for statement in statements:
            if not statement.startswith("\\password"):
                connection.execute(statement)  # type: ignore[call-overload]
        found = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'dba\\_%' AND NOT rolsuper AND NOT rolcreatedb"
        ).fetchall()
    postgres.drop_database("espace_dba")
    assert {name for (name,) in found} == {f"dba_{role}" for role in ROLES}
