# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A name belongs for ever to one PACS of one Site, and the three architectures of the Introduction à l'Espace de Confiance §2.2."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from espace.acteurs.models import Operateur
from espace.acteurs.rules import SirenRefuse, SiretRefuse, check_siren, check_siret
from espace.registre import actions, queries
from espace.registre.declaration import parse_declaration
from espace.registre.errors import DejaAttribue
from espace.registre.models import NomAttribue
from tests.espace_donnees import NOW, ZONE, declare, document, integrate

LA_POSTE = "35600000049837"
_NAMES = (
    "UPDATE registre_couplefqdn SET db = 'db9.9.mesimagesmedicales.fr'",
    "UPDATE registre_couplefqdn SET vi = 'vi9.9.mesimagesmedicales.fr'",
    "UPDATE registre_couplefqdn SET number = 9",
    "UPDATE registre_couplefqdn SET pacs_id = 2",
    "DELETE FROM registre_couplefqdn",
    "TRUNCATE registre_couplefqdn CASCADE",
    "UPDATE registre_pacs SET commande_id = 2",
    "UPDATE registre_pacs SET rang = 9",
    "DELETE FROM registre_pacs",
    "UPDATE registre_drimbox SET couple_id = 2",
    "DELETE FROM registre_drimbox",
    "DELETE FROM registre_nomattribue",
    "UPDATE registre_nomattribue SET couple_id = 2",
    "DELETE FROM registre_idregistre",
    "UPDATE registre_idregistre SET site_id = 2",
    "DELETE FROM registre_dnremplace",
)


@pytest.mark.parametrize(
    ("label", "pacs", "sirens"),
    [("349", 1, ("732829320",)), ("350", 3, ("732829320", "356000000")), ("351", 1, ("552100554",))],
    ids=["simple", "mutualisee, 2 RIS et 3 PACS", "native"],
)
def test_each_architecture_receives_one_couple_per_pacs(espace: Any, label: str, pacs: int, sirens: tuple[str, ...]) -> None:
    written = document(pacs)
    written["clients"] = [{"siren": siren} for siren in sirens]
    commande = actions.declare(*parse_declaration(json.dumps(written).encode(), zone=ZONE), auteur="essai", now=NOW)
    couples = actions.give_couples(commande.pk, zone=ZONE, auteur="essai", now=NOW, id_registre=label)
    names = {name for couple in couples for name in (couple.db, couple.vi)}
    assert names == {f"{kind}{n}.{label}.{ZONE}" for kind in ("db", "vi") for n in range(1, pacs + 1)}
    assert {name.fqdn for name in queries.zone_names()} == names
    assert [couple.db for couple in queries.search_couples(sirens[-1])] == [couple.db for couple in couples]


@pytest.fixture(scope="module")
def retired(espace_partage: Any) -> Any:
    """Two Commandes; the Drimbox of the first was retired."""
    integrate(2)
    declare()
    espace_partage.sql("UPDATE registre_drimbox SET statut = 'retiree' WHERE id = 1", role="proprietaire")
    return espace_partage


@pytest.mark.parametrize("role", ["proprietaire", "superuser"])
@pytest.mark.parametrize("statement", _NAMES)
def test_a_name_never_moves_nor_leaves_even_for_the_owner_of_the_tables(retired: Any, role: str, statement: str) -> None:
    if "dnremplace" in statement:
        retired.sql("INSERT INTO registre_dnremplace (drimbox_id, dn, remplace_le, jusqua) VALUES (1, 'CN=x', now(), now())")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        retired.sql(statement, role=role)


@pytest.mark.parametrize("role", ["pages", "proprietaire", "superuser"])
def test_a_name_is_never_given_again_after_its_retrait(retired: Any, role: str) -> None:
    db = f"db1.1.{ZONE}"
    with pytest.raises(psycopg.errors.UniqueViolation):
        retired.sql("INSERT INTO registre_nomattribue (fqdn, couple_id, attribue_le) VALUES (%s, 3, now())", db, role=role)
    with pytest.raises(psycopg.errors.UniqueViolation):
        retired.sql(
            "INSERT INTO registre_couplefqdn (id_registre, number, db, vi, pacs_id, operateur_id, tri, recherche, attribue_le, modifie_le)"
            " SELECT '2', 2, %s, 'vi2.2.mesimagesmedicales.fr', pacs_id, operateur_id, tri, '', now(), now()"
            " FROM registre_couplefqdn WHERE id = 3",
            db,
            role=role,
        )
    with pytest.raises(psycopg.errors.UniqueViolation):
        retired.sql("INSERT INTO registre_idregistre (label, site_id, attribue_le) VALUES ('1', 2, now())", role=role)


def test_the_number_of_a_retired_site_is_not_given_to_the_next(retired: Any) -> None:
    with pytest.raises(DejaAttribue):
        declare(id_registre="1")
    assert NomAttribue.objects.filter(fqdn=f"db1.1.{ZONE}").get().couple.pk == 1


def test_only_the_operateur_of_a_name_changes(retired: Any) -> None:
    Operateur.objects.create(denomination="Autre", siret=LA_POSTE, support_mail="a@b.test", cree_le=NOW, modifie_le=NOW)
    retired.sql("UPDATE registre_couplefqdn SET operateur_id = (SELECT id FROM acteurs_operateur WHERE siret = %s) WHERE id = 2", LA_POSTE)
    couple = queries.couple(f"db2.1.{ZONE}")
    assert couple is not None
    assert couple.operateur.denomination == "Autre"


def test_the_numbers_of_la_poste_follow_its_own_key() -> None:
    assert check_siret("356 000 000 49837") == LA_POSTE
    assert check_siren("356 000 000") == "356000000"


@pytest.mark.parametrize("text", ["35600000049838", "73282932000075", "7328293200007", "", "a" * 14])
def test_a_wrong_siret_is_refused(text: str) -> None:
    with pytest.raises(SiretRefuse):
        check_siret(text)


@pytest.mark.parametrize("text", ["732829321", "73282932", "", "a" * 9])
def test_a_wrong_siren_is_refused_and_never_quoted(text: str) -> None:
    with pytest.raises(SirenRefuse) as caught:
        check_siren(text)
    assert not text or text not in str(caught.value)
