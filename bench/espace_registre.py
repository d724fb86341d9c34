# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fill the Registre of an Espace with a large set of the banc, by COPY; its list is then published by the real publisher."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import psycopg

from banc.jeux.registre import CommandeJeu, OperateurJeu, big_registre
from bench import espace_dossiers
from tests import espace_env

ZONE = espace_env.ZONE
MOTIF = {"exclue": "indisponibilite"}
OUTSIDE = {"declaree"}
TABLES = {
    "acteurs_operateur": "id, denomination, siret, description, adresse, contact_projet, contact_technique, support_mail,"
    " support_telephone, cree_le, modifie_le",
    "acteurs_client": "id, siren, denomination, cree_le",
    "acteurs_site": "id, libelle, cree_le",
    "acteurs_site_clients": "id, site_id, client_id",
    "acteurs_commande": "id, operateur_id, site_id, nombre_pacs, cree_le",
    "registre_idregistre": "label, site_id, attribue_le",
    "registre_pacs": "id, commande_id, rang, libelle, hote_db, hote_vi",
    "registre_couplefqdn": "id, id_registre, number, db, vi, pacs_id, operateur_id, tri, recherche, attribue_le, modifie_le",
    "registre_nomattribue": "fqdn, couple_id, attribue_le",
    "registre_drimbox": "id, couple_id, identifiant, dn_serv_ssl, statut, motif, cree_le, modifie_le",
    **espace_dossiers.TABLES,
    "journal": "at, event, process, auteur, objet, trace, code, modifies, fields",
}


_REVISIONS = """
INSERT INTO registre_revision (relation, ligne, nature, champs, avant, apres, at, auteur, process, motif, operation)
SELECT '{table}', id, 'ajout', ARRAY(SELECT jsonb_object_keys(apres) ORDER BY 1), '{{}}', apres, now(), 'banc', 'banc', '',
    pg_current_xact_id()::text::bigint
FROM (SELECT id, to_jsonb(one) - '{{recherche,mots,tri}}'::text[] AS apres FROM {table} AS one ORDER BY id) AS rows
"""


def fill(environment: espace_env.Environment, *, couples: int, operateurs: int) -> None:
    """Write the whole set, each row with the revision that its trigger would have written: row by row they take minutes."""
    from espace.registre.revisions.queries import MODELES

    rows = _rows(*big_registre(couples=couples, operateurs=operateurs))
    with psycopg.connect(environment.dsn("superuser")) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, columns in TABLES.items():
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)
            if columns.startswith("id, "):
                connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            if table in MODELES:
                connection.execute(_REVISIONS.format(table=table))
        connection.execute("INSERT INTO guichet_compteur (annee, dernier) SELECT 2026, count(*) FROM guichet_dossier")
    with psycopg.connect(environment.dsn("superuser"), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def publish(environment: espace_env.Environment) -> None:
    """Publish the list, and ask for it once more after one change, so that pages have something that waits."""
    from espace.config import current
    from espace.liste_blanche import actions
    from espace.liste_blanche.publication import Publisher

    actions.demander_publication(auteur="banc", now=datetime.now(UTC))
    with environment.role("signataire"):
        Publisher(current().liste_blanche, zone=ZONE).publish_waiting()
    environment.sql(
        "UPDATE registre_drimbox SET dn_serv_ssl = replace(dn_serv_ssl, 'O=Client', 'O=CLIENT'), modifie_le = now() WHERE id ="
        " (SELECT min(id) FROM registre_drimbox WHERE statut = 'active')"
    )
    if environment.sql("SELECT count(*) FROM liste_blanche_publication WHERE etat = 'publiee'") != [(1,)]:
        raise SystemExit("the list was not published")


def _rows(operateurs: list[OperateurJeu], commandes: list[CommandeJeu]) -> dict[str, list[tuple[Any, ...]]]:
    from espace.registre.rules import search_text, sort_key

    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    rows["acteurs_operateur"] = list(map(_operateur, operateurs))
    clients: dict[str, int] = {}
    for one in commandes:
        at, number, holder = one.cree_le, one.numero, one.operateur
        rows["acteurs_site"].append((number, one.site, at))
        rows["acteurs_commande"].append((number, holder.numero, number, len(one.couples), at))
        rows["registre_idregistre"].append((str(number), number, at))
        for siren in one.sirens:
            client = clients.setdefault(siren, len(clients) + 1)
            rows["acteurs_site_clients"].append((len(rows["acteurs_site_clients"]) + 1, number, client))
        for couple in one.couples:
            db, vi = (f"{kind}{couple.rang}.{number}.{ZONE}" for kind in ("db", "vi"))
            found = search_text(db, vi, holder.denomination, holder.siret, one.site, *one.sirens)
            listed = couple.statut not in OUTSIDE
            dn = f"CN={db},OU=3{holder.siret},O=Client,ST=Paris (75),C=FR" if listed else ""
            rows["registre_pacs"].append((couple.numero, number, couple.rang, f"PACS {couple.rang}", couple.hote_db, couple.hote_vi))
            rows["registre_couplefqdn"].append(
                (couple.numero, str(number), couple.rang, db, vi, couple.numero, holder.numero, sort_key(str(number)), found, at, at)
            )
            rows["registre_nomattribue"] += [(db, couple.numero, at), (vi, couple.numero, at)]
            identifiant, motif = couple.numero if listed else None, MOTIF.get(couple.statut, "")
            rows["registre_drimbox"].append(
                (couple.numero, couple.numero, identifiant, dn, couple.statut, motif, at, min(couple.modifie_le, datetime.now(UTC)))
            )
            rows["journal"].append((at, "registre:couple:given", "banc", "agent", f"couple:{db}", "", "", [], json.dumps({"db": db})))
    rows["acteurs_client"] = [(number, siren, "", commandes[0].cree_le) for siren, number in clients.items()]
    return rows | espace_dossiers.rows(commandes, zone=ZONE)


def _operateur(one: OperateurJeu) -> tuple[Any, ...]:
    at = datetime(2025, 9, 1, tzinfo=UTC)
    mails = (f"projet@op{one.numero}.test", f"technique@op{one.numero}.test")
    return (one.numero, one.denomination, one.siret, "", one.adresse, *mails, one.support_mail, one.support_telephone, at, at)
