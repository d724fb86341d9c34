# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The chain in the database: who may add to it, and what `verify` finds of what a superuser does behind everybody's back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from espace.courrier.models import Courrier
from espace.journal import export, queries
from espace.journal.actions import BATCH, record, seal
from espace.journal.ligne import LigneInscellable
from espace.journal.models import Evenement, Sceau
from espace.journal.temoignage import witness
from espace.journal.verification import Nature, Repere, verify
from tests.espace_donnees import NOW

_SILENT = "SET session_replication_role = replica; "  # what only a superuser may: no trigger, no foreign key


def write(count: int = 6) -> None:
    for number in range(count):
        record("web:session:opened", auteur=f"agent{number}", seconds=0.5, count=number)


@pytest.fixture
def chained(espace: Any) -> Any:
    """Six lines, sealed by the ouvrier."""
    write()
    with espace.role("ouvrier"):
        assert seal(NOW) == 6
    return espace


def superuser(espace: Any, statement: str) -> None:
    with psycopg.connect(espace.dsn("superuser"), autocommit=True) as connection:
        connection.execute(_SILENT + statement)  # type: ignore[call-overload]  # a text of ours


def fault() -> tuple[int, Nature] | None:
    rupture = verify(queries.links()).rupture
    return (rupture.rang, rupture.nature) if rupture else None


def test_lines_are_chained_once_each_in_order(chained: Any) -> None:
    rapport = verify(queries.links())
    assert (rapport.intact, rapport.scellees, queries.tail()) == (True, 6, (0, None))
    with chained.role("ouvrier"):
        assert seal(NOW) == 0
    assert list(Sceau.objects.order_by("rang").values_list("rang", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_the_unsealed_tail_is_told(chained: Any) -> None:
    write(2)
    count, since = queries.tail()
    assert count == 2
    assert since is not None


def test_a_line_committed_late_is_sealed_after_those_of_higher_numbers(chained: Any) -> None:
    with psycopg.connect(chained.dsn("pages")) as slow:
        slow.execute(
            "INSERT INTO journal (at, event, process, auteur, objet, trace, code, modifies, fields)"
            " VALUES (now(), 'web:session:opened', 'pages', 'lent', '', '', '', '{}', '{}')"
        )
        write(1)
        with chained.role("ouvrier"):
            assert seal(NOW) == 1
        slow.commit()
    with chained.role("ouvrier"):
        assert seal(NOW) == 1
    late = Evenement.objects.get(auteur="lent")
    assert Sceau.objects.get(rang=8).evenement == late
    assert verify(queries.links()).intact


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE journal SET auteur = 'autre' WHERE id = (SELECT evenement_id FROM journal_sceau WHERE rang = 3)", (3, Nature.CHANGEE)),
        ("UPDATE journal SET fields = '{\"count\": 7}' WHERE id = (SELECT evenement_id FROM journal_sceau WHERE rang = 2)",
         (2, Nature.CHANGEE)),
        ("DELETE FROM journal WHERE id = (SELECT evenement_id FROM journal_sceau WHERE rang = 4)", (4, Nature.ABSENTE)),
        ("DELETE FROM journal_sceau WHERE rang = 4", (4, Nature.MANQUANT)),
        ("UPDATE journal SET auteur = 'agent' || (9 - id) WHERE id IN (SELECT evenement_id FROM journal_sceau WHERE rang IN (3, 4))",
         (3, Nature.CHANGEE)),
        ("UPDATE journal_sceau SET evenement_id = -rang WHERE rang IN (3, 4); UPDATE journal_sceau a SET evenement_id ="
         " (SELECT id FROM journal ORDER BY id OFFSET (CASE a.rang WHEN 3 THEN 3 ELSE 2 END) LIMIT 1) WHERE rang IN (3, 4)",
         (3, Nature.CHANGEE)),
        ("UPDATE journal_sceau SET empreinte = sha256('x') WHERE rang = 5", (5, Nature.CHAINE)),
        ("UPDATE journal_sceau SET chaine = sha256('x') WHERE rang = 5", (5, Nature.CHAINE)),
        ("UPDATE journal_sceau SET rang = rang + 10 WHERE rang > 4; INSERT INTO journal (at, event, process, auteur, objet, trace, code,"
         " modifies, fields) VALUES (now(), 'web:session:opened', 'pages', 'x', '', '', '', '{}', '{}');"
         " INSERT INTO journal_sceau (rang, evenement_id, empreinte, chaine, scelle_le) SELECT 5, max(id), sha256('x'), sha256('y'), now()"
         " FROM journal;"
         " UPDATE journal_sceau SET rang = rang - 9 WHERE rang > 10", (5, Nature.CHAINE)),
    ],
)  # fmt: skip
def test_what_a_superuser_changes_is_found(chained: Any, statement: str, expected: tuple[int, Nature]) -> None:
    superuser(chained, statement)
    assert fault() == expected


def test_a_line_put_in_afterwards_and_sealed_honestly_is_found(chained: Any) -> None:
    superuser(
        chained,
        "INSERT INTO journal (at, event, process, auteur, objet, trace, code, modifies, fields)"
        " VALUES (now() - interval '3 days', 'web:session:opened', 'pages', 'faux', '', '', '', '{}', '{}')",
    )
    with chained.role("ouvrier"):
        seal(NOW)
    rapport = verify(queries.links())
    assert (rapport.intact, rapport.tardives) == (False, [Evenement.objects.get(auteur="faux").pk])


def test_an_end_cut_off_is_found_with_the_link_mailed_the_day_before(chained: Any) -> None:
    rang, chaine = queries.last_link()
    superuser(chained, "DELETE FROM journal WHERE id > 4; DELETE FROM journal_sceau WHERE rang > 4")
    assert fault() is None, "alone, nothing shows"
    rupture = verify(queries.links(), Repere(rang, chaine)).rupture
    assert rupture is not None
    assert rupture.nature is Nature.MANQUANT


def test_a_line_that_cannot_be_sealed_stays_in_the_tail_and_stops_no_other(espace: Any) -> None:
    superuser(
        espace,
        "INSERT INTO journal (at, event, process, auteur, objet, trace, code, modifies, fields)"
        " VALUES (now(), 'x', 'x', 'x', '', '', '', '{}', '{\"é\": 1}')",
    )
    write(1)
    with espace.role("ouvrier"):
        assert seal(NOW) == 1
    assert queries.tail()[0] == 1


def test_more_lines_that_cannot_be_sealed_than_a_batch_stop_no_other_and_are_told(espace: Any) -> None:
    superuser(
        espace,
        "INSERT INTO journal (at, event, process, auteur, objet, trace, code, modifies, fields)"
        f" SELECT now(), 'x', 'x', 'x', '', '', '', '{{}}', '[]' FROM generate_series(1, {BATCH + 1})",
    )
    write(2)
    with espace.role("ouvrier"):
        assert seal(NOW) == 2
        write(1)
        with pytest.raises(LigneInscellable):
            seal(NOW, complete=True)
    assert queries.tail()[0] == BATCH + 1
    assert queries.last_link()[0] == 3


@pytest.mark.parametrize("fields", ["[]", "null", "7", '"texte"', "[" * 40 + "]" * 40, '{"a": ' * 40 + "1" + "}" * 40])
def test_an_export_tells_by_its_number_a_line_without_canonical_writing(espace: Any, tmp_path: Path, fields: str) -> None:
    superuser(
        espace,
        "INSERT INTO journal (at, event, process, auteur, objet, trace, code, modifies, fields)"
        f" VALUES (now(), 'x', 'x', 'x', '', '', '', '{{}}', '{fields}')",
    )
    write(1)
    with espace.role("ouvrier"):
        assert seal(NOW) == 1
    written = b"".join(export.write(queries.links(), queries.tail_lines()))
    rows = [json.loads(line) for line in written.splitlines()]
    strange = Evenement.objects.get(event="x").pk
    assert [(row["rang"], row["evenement"], row["ligne"] is None) for row in rows] == [(1, strange + 1, False), (None, strange, True)]
    (tmp_path / "journal.jsonl").write_bytes(written)
    with (tmp_path / "journal.jsonl").open("rb") as file:
        rapport = export.verify(file)
    assert (rapport.intact, rapport.scellees, rapport.non_scellees, rapport.depuis) == (True, 1, 1, None)


def test_the_last_link_is_mailed_to_the_agents_once_a_day(chained: Any) -> None:
    with chained.role("ouvrier"):
        assert [witness(NOW), witness(NOW)] == [1, 0]
    mail = Courrier.objects.get()
    rang, chaine = queries.last_link()
    assert mail.destinataire == "agents@administrateur.test"
    assert f"{rang}:{chaine.hex()}" in mail.texte


@pytest.mark.parametrize("role", ["pages", "signataire", "temoin", "depot", "zone"])
def test_only_the_ouvrier_adds_links(chained: Any, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        chained.sql("INSERT INTO journal_sceau (rang, evenement_id, empreinte, chaine, scelle_le) VALUES (7, 1, '', '', now())", role=role)


@pytest.mark.parametrize("statement", ["UPDATE journal_sceau SET rang = 9", "DELETE FROM journal_sceau", "TRUNCATE journal_sceau"])
@pytest.mark.parametrize("role", ["ouvrier", "proprietaire"])
def test_no_role_changes_a_link(chained: Any, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        chained.sql(statement, role=role)


def test_the_commands_verify_and_export(chained: Any, tmp_path: Path) -> None:
    seen = json.loads(chained.run("journal", "verify", "--json").stdout)
    assert (seen["intact"], seen["scellees"]) == (True, 6)
    exported = chained.run("journal", "export")
    file = tmp_path / "journal.jsonl"
    file.write_text(exported.stdout, encoding="utf-8")
    repere = f"{seen['scellees']}:{seen['empreinte']}"
    assert chained.run("journal", "verify", "--fichier", str(file), "--repere", repere).returncode == 0
    superuser(chained, "UPDATE journal SET auteur = 'autre' WHERE auteur = 'agent2'")
    told = chained.run("journal", "verify")
    assert told.returncode == 1
    assert "RUPTURE. Rang 3" in told.stdout
    assert chained.run("journal", "verify", "--repere", "3:ab").returncode == 1
