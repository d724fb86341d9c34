# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The history of the Registre: every field, who and when, by whatever way it was written; and a row put back as it was."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from espace.acteurs.models import Operateur
from espace.acteurs.rules import DeclarationRefusee
from espace.journal.models import Evenement
from espace.registre import actions, queries
from espace.registre.certificats.actions import replace_dn
from espace.registre.errors import Inconnu
from espace.registre.models import CoupleFqdn, Drimbox, Pacs, Revision
from espace.registre.revisions.actions import restore
from espace.registre.revisions.queries import MODELES, histoire, lignes_de_l_operateur, lignes_de_la_commande, lignes_du_couple, repere
from espace.registre.revisions.rules import MotifManquant, NomImmuable, RevisionNonRestaurable
from espace.registre.states import Motif
from espace.zone.cibles import CibleRefusee
from tests.espace_donnees import CLIENT_CANARY, NOW, SIREN, SITE_CANARY, ZONE, declare, dn, integrate

pytestmark = pytest.mark.usefixtures("espace")
LATER = NOW + timedelta(hours=1)


def _last(relation: str) -> Revision:
    return Revision.objects.filter(relation=relation).order_by("-pk")[0]


def _restore(revision: Revision, motif: str = "erreur de saisie", zone: str = ZONE) -> None:
    restore(revision.pk, motif=motif, zone=zone, auteur="agent", now=LATER)


def test_a_commande_and_its_couples_leave_one_addition_per_row_with_its_author_and_its_line_of_the_journal() -> None:
    declare(2)
    counted = dict.fromkeys(Revision.objects.values_list("relation", flat=True), 0)
    for relation in Revision.objects.values_list("relation", flat=True):
        counted[relation] += 1
    assert counted == {
        "acteurs_operateur": 1, "acteurs_client": 1, "acteurs_site": 1, "acteurs_site_clients": 1, "acteurs_commande": 1,
        "registre_pacs": 2, "registre_couplefqdn": 2, "registre_drimbox": 2,
    }  # fmt: skip
    assert set(Revision.objects.values_list("nature", "auteur")) == {("ajout", "essai")}
    given = _last("registre_couplefqdn")
    assert Evenement.objects.get(pk=given.evenement).event == "registre:couple:given"
    assert given.apres["db"] == f"db2.1.{ZONE}"
    assert not {"recherche", "mots", "tri"} & given.apres.keys()


def test_every_column_of_every_table_of_the_registre_is_followed(espace: Any) -> None:
    declare()
    for relation, model in MODELES.items():
        if relation == "registre_dnremplace":
            continue
        columns = {field.column for field in model._meta.concrete_fields} - {"recherche", "mots", "tri"}
        assert set(_last(relation).apres) == columns, relation


def test_an_exclusion_keeps_what_was_and_what_is_for_the_fields_that_changed_only() -> None:
    drimbox = integrate()[0]
    actions.exclude(drimbox.couple.db, Motif.CYBER, auteur="agent.un", now=LATER)
    revision = _last("registre_drimbox")
    assert (revision.nature, revision.auteur, revision.champs) == ("modification", "agent.un", ["modifie_le", "motif", "statut"])
    assert (revision.avant["statut"], revision.apres["statut"]) == ("provisoire", "exclue")
    assert Evenement.objects.get(pk=revision.evenement).event == "registre:drimbox:excluded"


def test_what_is_written_without_any_line_of_the_journal_is_signed_by_the_role(espace: Any) -> None:
    integrate()
    for role in ("pages", "proprietaire"):
        espace.sql("UPDATE registre_pacs SET libelle = libelle || 'x'", role=role)
        revision = _last("registre_pacs")
        assert (revision.auteur, revision.evenement) == (f"role:essai_espace_{role}", None)
        assert revision.champs == ["libelle"]


def test_an_author_is_forgotten_with_its_transaction(espace: Any) -> None:
    actions.exclude(integrate()[0].couple.db, Motif.CYBER, auteur="agent", now=LATER)
    Pacs.objects.update(libelle="ailleurs")
    assert _last("registre_pacs").auteur.startswith("role:")


def test_an_act_that_fails_leaves_no_revision() -> None:
    declare(id_registre="test")
    before = Revision.objects.count()
    with pytest.raises(Exception, match="test"):
        declare(id_registre="test")
    declared = Revision.objects.filter(pk__gt=before).values_list("relation", flat=True)
    assert "registre_couplefqdn" not in set(declared)


def test_the_history_of_a_couple_of_a_commande_and_of_an_operateur_are_read_apart_newest_first() -> None:
    drimbox = integrate()[0]
    replace_dn(drimbox.couple.db, dn(drimbox.couple.db).replace("Paris", "Lyon"), recouvrement=timedelta(), auteur="agent", now=LATER)
    couple = queries.couple(drimbox.couple.db)
    assert couple is not None
    found = histoire(lignes_du_couple(couple))
    assert [one.pk for one in found] == sorted((one.pk for one in found), reverse=True)
    assert {one.relation for one in found} == {"registre_couplefqdn", "registre_pacs", "registre_drimbox", "registre_dnremplace"}
    assert histoire(lignes_du_couple(couple), avant=found[1].pk) == found[2:]
    of_commande = histoire(lignes_de_la_commande(couple.pacs.commande))
    assert {SIREN, CLIENT_CANARY, SITE_CANARY} <= {value for one in of_commande for value in one.apres.values() if isinstance(value, str)}
    assert [one.relation for one in histoire(lignes_de_l_operateur(couple.operateur))] == ["acteurs_operateur"]


def test_an_operateur_is_put_back_with_a_reason_and_is_found_and_published_again_as_it_was() -> None:
    declare()
    first = _last("acteurs_operateur")
    declare(denomination="Faute de Frappe", support_mail="faute@operateur.test")
    _restore(first, motif="  saisie\nerronée ")
    operateur = Operateur.objects.get()
    assert (operateur.denomination, operateur.support_mail, operateur.modifie_le) == ("Opérateur d'Essai", "support@operateur.test", LATER)
    assert queries.search_couples("essai").count() == 2
    revision = _last("acteurs_operateur")
    assert (revision.auteur, revision.motif) == ("agent", "saisie erronée")
    line = Evenement.objects.get(event="registre:revision:restored")
    assert (line.modifies, line.auteur) == (["denomination", "support_mail"], "agent")
    assert "saisie" not in str(line.fields)


def test_a_host_is_put_back_and_the_zone_is_told() -> None:
    couple = declare()[0]
    first = _last("registre_pacs")
    Pacs.objects.filter(pk=couple.pacs.pk).update(hote_db="perdu.operateur.test")
    serial = queries.zone_serial()
    _restore(first)
    assert Pacs.objects.get(pk=couple.pacs.pk).hote_db == "passerelle1.operateur.test"
    assert queries.zone_serial() > serial


def test_a_dn_is_put_back_and_is_then_alone_in_the_list() -> None:
    drimbox = integrate()[0]
    first, db = _last("registre_drimbox"), drimbox.couple.db
    replace_dn(db, dn(db).replace("Paris", "Lyon"), recouvrement=timedelta(days=30), auteur="agent", now=NOW)
    _restore(first)
    again = Drimbox.objects.get()
    assert (again.dn_serv_ssl, again.modifie_le) == (dn(db), LATER)
    assert not again.dn_remplaces.filter(jusqua__gt=LATER).exists()  # type: ignore[attr-defined]  # reverse name


def test_a_name_and_who_holds_it_are_never_put_back() -> None:
    declare()
    with pytest.raises(NomImmuable):
        _restore(_last("registre_couplefqdn"))
    for relation in ("acteurs_client", "acteurs_site", "acteurs_commande"):
        with pytest.raises(RevisionNonRestaurable):
            _restore(_last(relation))
    assert not Evenement.objects.filter(event="registre:revision:restored").exists()


def test_a_state_is_never_put_back() -> None:
    drimbox = integrate()[0]
    before = _last("registre_drimbox")
    actions.exclude(drimbox.couple.db, Motif.CYBER, auteur="agent", now=NOW)
    with pytest.raises(RevisionNonRestaurable, match="aujourd'hui"):
        _restore(before)
    assert Drimbox.objects.get().statut == "exclue"


def test_a_drimbox_is_not_put_back_before_its_integration() -> None:
    integrate()
    with pytest.raises(RevisionNonRestaurable, match="pas encore"):
        _restore(Revision.objects.get(relation="registre_drimbox", nature="ajout"))
    assert Drimbox.objects.get().statut == "provisoire"


def test_a_restoration_without_reason_changes_nothing() -> None:
    declare()
    first = _last("acteurs_operateur")
    declare(adresse="ailleurs")
    for motif in ("", "   \n", "\x00", "x" * 501):
        with pytest.raises(MotifManquant):
            _restore(first, motif=motif)
        assert Operateur.objects.get().adresse == "ailleurs"


def test_values_of_then_pass_the_rules_of_today(espace: Any) -> None:
    couple = declare()[0]
    espace.sql("UPDATE registre_pacs SET hote_db = %s", f"interne.{ZONE}")
    espace.sql("UPDATE acteurs_operateur SET support_mail = 'pas une adresse'")
    wrong_host, wrong_mail = _last("registre_pacs"), _last("acteurs_operateur")
    espace.sql("UPDATE registre_pacs SET hote_db = 'juste.operateur.test'")
    espace.sql("UPDATE acteurs_operateur SET support_mail = 'juste@operateur.test'")
    with pytest.raises(CibleRefusee):
        _restore(wrong_host)
    with pytest.raises(DeclarationRefusee):
        _restore(wrong_mail)
    assert CoupleFqdn.objects.get(pk=couple.pk).pacs.hote_db == "juste.operateur.test"


def test_a_revision_that_does_not_exist_is_told() -> None:
    with pytest.raises(Inconnu):
        restore(404, motif="essai", zone=ZONE, auteur="agent", now=NOW)


def _mark() -> str | None:
    """Return the mark as soon as no transaction of another database of the server is older than the last change."""
    limit = time.monotonic() + 30
    while (found := repere()) is None and time.monotonic() < limit:
        time.sleep(0.05)
    return found


def test_the_mark_of_the_registre_moves_with_every_change_and_only_then(espace: Any) -> None:
    marks = [_mark()]
    drimbox = integrate()[0]
    marks.append(_mark())
    espace.sql("UPDATE acteurs_operateur SET adresse = 'ailleurs'")
    marks.append(_mark())
    replace_dn(
        drimbox.couple.db,
        dn(drimbox.couple.db).replace("Paris", "Lyon"),
        recouvrement=timedelta(days=9),
        auteur="agent",
        now=datetime.now(UTC),
    )
    marks.append(_mark())
    espace.sql("UPDATE registre_dnremplace SET jusqua = now()")
    marks.append(_mark())
    assert None not in marks
    assert len(set(marks)) == len(marks)
    assert _mark() == marks[-1]


def test_no_mark_is_given_while_an_older_transaction_may_still_change_the_registre(espace: Any) -> None:
    integrate()
    with psycopg.connect(espace.dsn("superuser")) as older:
        older.execute("UPDATE registre_pacs SET libelle = 'en cours'")
        espace.sql("UPDATE acteurs_operateur SET adresse = 'ailleurs'")
        assert repere() is None
        older.commit()
        first = _mark()
    assert first is not None


def test_a_command_signs_with_the_account_of_the_machine(espace: Any) -> None:
    db = declare()[0].db
    done = espace.run("integrer", db, "--dn", dn(db))
    assert done.returncode == 0, done.stderr
    revision = _last("registre_drimbox")
    assert revision.auteur.startswith("cli:")
    assert revision.process == "espace cli"
