# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Triggers that write the history of a table, whatever writes the table: a page, a command, a job, or SQL typed by the owner.

They are deferred to the end of the transaction: the journal has then said who acts, and its line is the reason of the change. The function
runs with the rights of the owner, so that no role needs the right to add a revision: none can be forged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from confiance.exploitation.operations import SurLaBase
from espace.droits import in_words

# The GUC are local to a transaction. Who writes without any line of the journal is known by the role alone.
_FUNCTIONS = """
CREATE FUNCTION registre_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caches text[] := coalesce(TG_ARGV, '{}');
    avant jsonb := '{}';
    apres jsonb := '{}';
    champs text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN avant := to_jsonb(OLD) - caches; END IF;
    IF TG_OP <> 'DELETE' THEN apres := to_jsonb(NEW) - caches; END IF;
    champs := ARRAY(SELECT key FROM jsonb_each(avant || apres) AS un WHERE (avant -> key) IS DISTINCT FROM (apres -> key) ORDER BY key);
    IF cardinality(champs) = 0 THEN RETURN NULL; END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(un, avant -> un), jsonb_object_agg(un, apres -> un) INTO avant, apres FROM unnest(champs) AS un;
    END IF;
    INSERT INTO public.registre_revision
        (relation, ligne, nature, champs, avant, apres, at, auteur, process, motif, evenement, operation)
    VALUES (
        TG_TABLE_NAME,
        CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END,
        CASE TG_OP WHEN 'INSERT' THEN 'ajout' WHEN 'UPDATE' THEN 'modification' ELSE 'suppression' END,
        champs, avant, apres, clock_timestamp(),
        left(coalesce(nullif(current_setting('drimm.auteur', true), ''), 'role:' || session_user), 150),
        left(current_setting('application_name'), 64),
        coalesce(current_setting('drimm.motif', true), ''),
        nullif(current_setting('drimm.evenement', true), '')::bigint,
        pg_current_xact_id()::text::bigint
    );
    RETURN NULL;
END $$;
CREATE FUNCTION registre_auteur() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('drimm.auteur', NEW.auteur, true), set_config('drimm.evenement', NEW.id::text, true);
    RETURN NULL;
END $$;
CREATE TRIGGER journal_auteur AFTER INSERT ON journal FOR EACH ROW WHEN (NEW.auteur <> '') EXECUTE FUNCTION registre_auteur();
"""
_GONE = "DROP TRIGGER journal_auteur ON journal; DROP FUNCTION registre_auteur(); DROP FUNCTION registre_note();"
_NOTED = """
INSERT INTO registre_revision (relation, ligne, nature, champs, avant, apres, at, auteur, process, motif, operation)
    SELECT {name}, id, 'reprise', ARRAY(SELECT jsonb_object_keys(to_jsonb(ligne) - {hidden}::text[]) ORDER BY 1), '{{}}',
    to_jsonb(ligne) - {hidden}::text[], clock_timestamp(), 'role:' || session_user, current_setting('application_name'), '',
    pg_current_xact_id()::text::bigint FROM {table} AS ligne ORDER BY id;
CREATE CONSTRAINT TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registre_note({arguments});
"""
_NOT_NOTED = "DROP TRIGGER {trigger} ON {table}"


def noted(*tables: str, hidden: Mapping[str, tuple[str, ...]] | None = None) -> list[SurLaBase]:
    """Return the operations after which each change of these tables leaves a revision; the rows already there are written first.

    Args:
        tables: names of tables whose key is the column ``id``.
        hidden: columns left aside, by table: those computed from others.
    """
    return [_functions(), *(_noted(table, (hidden or {}).get(table, ())) for table in tables)]


def _functions() -> SurLaBase:
    def forward(_apps: Any, editor: Any) -> None:
        editor.execute(_FUNCTIONS, params=None)

    def backward(_apps: Any, editor: Any) -> None:
        editor.execute(_GONE, params=None)

    return SurLaBase(forward, backward)


def _noted(table: str, hidden: tuple[str, ...]) -> SurLaBase:
    names: dict[str, sql.Composable] = {
        "table": sql.Identifier(table),
        "name": sql.Literal(table),
        "trigger": sql.Identifier(f"{table}_revision"),
        "hidden": sql.Literal(list(hidden)),
        "arguments": sql.SQL(", ").join(sql.Literal(column) for column in hidden),
    }
    return in_words(_NOTED, _NOT_NOTED, lambda: names)
