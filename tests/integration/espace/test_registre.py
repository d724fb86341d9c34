# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Registre, under the role of the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from espace.acteurs.models import Client, Operateur, Site
from espace.journal.models import Evenement
from espace.registre import actions, queries
from espace.registre.errors import DejaAttribue, Inconnu, PacsIncomplets
from espace.registre.models import CoupleFqdn, NomAttribue
from espace.registre.rules import DnRefuse, IdRegistreRefuse
from espace.registre.states import Motif, Statut, TransitionRefusee
from tests.espace_donnees import NOW, SIRET, ZONE, declare, dn, document, integrate

pytestmark = pytest.mark.usefixtures("espace")


def test_a_commande_of_three_pacs_receives_three_couples_under_one_id_registre() -> None:
    couples = declare(3)
    assert [couple.db for couple in couples] == [f"db{n}.1.{ZONE}" for n in (1, 2, 3)]
    assert [couple.vi for couple in couples] == [f"vi{n}.1.{ZONE}" for n in (1, 2, 3)]
    assert {couple.drimbox.statut for couple in couples} == {Statut.DECLAREE}
    assert NomAttribue.objects.count() == 6


def test_each_commande_receives_the_next_number_and_its_operateur_is_written_once() -> None:
    assert [declare()[0].db for _ in range(3)] == [f"db1.{n}.{ZONE}" for n in (1, 2, 3)]
    assert Operateur.objects.count() == 1
    assert Client.objects.count() == 1
    assert Site.objects.count() == 3


def test_an_imported_label_is_kept_and_numbers_go_on_after_the_greatest() -> None:
    assert declare(id_registre="Test")[0].db == f"db1.test.{ZONE}"
    assert declare(id_registre="349")[0].db == f"db1.349.{ZONE}"
    assert declare()[0].db == f"db1.350.{ZONE}"


@pytest.mark.parametrize("label", ["a.b", "-a", "a_b", "é", "x" * 64, "*"])
def test_a_label_that_is_not_ldh_is_refused(label: str) -> None:
    with pytest.raises(IdRegistreRefuse):
        declare(id_registre=label)


def test_a_label_is_given_once() -> None:
    declare(id_registre="test")
    with pytest.raises(DejaAttribue):
        declare(id_registre="TEST")


def test_a_commande_receives_its_couples_once() -> None:
    commande = declare()[0].pacs.commande
    with pytest.raises(DejaAttribue):
        actions.give_couples(commande.pk, zone=ZONE, auteur="essai", now=NOW)
    assert CoupleFqdn.objects.count() == 1


def test_a_refused_attribution_leaves_nothing_behind() -> None:
    declare(id_registre="test")
    with pytest.raises(DejaAttribue):
        declare(id_registre="test")
    assert (CoupleFqdn.objects.count(), NomAttribue.objects.count()) == (1, 2)
    assert Evenement.objects.filter(event="registre:couple:given").count() == 1


def test_hosts_must_be_as_many_as_the_pacs() -> None:
    from dataclasses import replace

    from espace.registre.declaration import parse_declaration

    commande, hotes = parse_declaration(json.dumps(document(2)).encode(), zone=ZONE)
    with pytest.raises(PacsIncomplets):
        actions.declare(replace(commande, nombre_pacs=3), hotes, auteur="essai", now=NOW)


def test_an_unknown_commande_or_name_is_told() -> None:
    with pytest.raises(Inconnu):
        actions.give_couples(404, zone=ZONE, auteur="essai", now=NOW)
    with pytest.raises(Inconnu):
        actions.exclude(f"db1.404.{ZONE}", Motif.CYBER, auteur="essai", now=NOW)


def test_integration_keeps_the_dn_in_its_published_form_and_numbers_the_drimbox() -> None:
    first, second = integrate(2)
    assert (first.statut, first.identifiant, second.identifiant) == (Statut.PROVISOIRE, 1, 2)
    assert first.dn_serv_ssl == dn(first.couple.db)


def test_spaces_in_a_typed_dn_are_normalised() -> None:
    couple = declare()[0]
    drimbox = actions.integrate(couple.db, dn(couple.db).replace(",", " , "), auteur="essai", now=NOW)
    assert drimbox.dn_serv_ssl == dn(couple.db)


def test_a_repeated_identifiant_is_kept() -> None:
    one, two = declare(2)
    boxes = [actions.integrate(couple.db, dn(couple.db), identifiant=7, auteur="essai", now=NOW) for couple in (one, two)]
    assert [box.identifiant for box in boxes] == [7, 7]


def test_a_dn_for_another_name_changes_nothing() -> None:
    couple = declare()[0]
    with pytest.raises(DnRefuse, match="attendu"):
        actions.integrate(couple.db, dn(f"db1.2.{ZONE}"), auteur="essai", now=NOW)
    assert queries.couple(couple.db).drimbox.statut == Statut.DECLAREE  # type: ignore[union-attr]


def test_an_exclusion_takes_the_drimbox_out_of_the_list_and_leaves_its_names() -> None:
    drimbox = integrate()[0]
    serial = queries.zone_serial()
    actions.exclude(drimbox.couple.db, Motif.CYBER, auteur="essai", now=NOW)
    assert not queries.in_list().exists()
    assert queries.zone_serial() == serial
    assert {name.fqdn for name in queries.zone_names()} == {drimbox.couple.db, drimbox.couple.vi}


def test_two_exclusions_of_one_drimbox_end_in_one_decision() -> None:
    db = integrate()[0].couple.db
    actions.exclude(db, Motif.CYBER, auteur="essai", now=NOW)
    with pytest.raises(TransitionRefusee, match="exclue"):
        actions.exclude(db, Motif.SANCTION, auteur="essai", now=NOW)
    assert queries.couple(db).drimbox.motif == Motif.CYBER  # type: ignore[union-attr]


def test_every_act_leaves_its_line_with_its_author_and_the_names_of_what_changed() -> None:
    db = integrate()[0].couple.db
    actions.exclude(db, Motif.CYBER, auteur="agent", now=NOW)
    lines = list(Evenement.objects.filter(objet=f"couple:{db}").order_by("id"))
    assert [line.event for line in lines] == ["registre:couple:given", "registre:drimbox:integrated", "registre:drimbox:excluded"]
    assert (lines[-1].auteur, lines[-1].modifies, lines[-1].fields["reason"]) == ("agent", ["motif", "statut"], "cyber")


def test_an_operateur_declared_again_is_updated_and_the_journal_names_the_fields() -> None:
    declare()
    declare(support_mail="nouveau@operateur.test", adresse="1 rue de la Paix, Paris")
    assert Operateur.objects.get(siret=SIRET).support_mail == "nouveau@operateur.test"
    line = Evenement.objects.get(event="acteurs:operateur:updated")
    assert line.modifies == ["adresse", "support_mail"]
    assert "nouveau" not in json.dumps(line.fields)


def test_a_new_name_moves_the_serial_number_of_the_zone() -> None:
    before = queries.zone_serial()
    declare()
    middle = queries.zone_serial()
    declare()
    assert before < middle < queries.zone_serial()
    assert middle >= int(NOW.timestamp())


def test_an_operateur_that_changes_its_name_is_found_under_the_new_one() -> None:
    declare()
    declare(denomination="Nouvelle Raison Sociale")
    assert queries.search_couples("nouvelle raison").count() == 2
    assert queries.search_couples("essai").count() == 0


@pytest.mark.parametrize(
    ("words", "found"),
    [("db1.2.", 1), ("ESSAI operateur", 3), ("canari-4242", 3), ("opérateur  732829", 3), ("inconnu", 0), ("", 3)],
)
def test_couples_are_found_without_accents_nor_case(words: str, found: int) -> None:
    for _ in range(3):
        declare()
    assert queries.search_couples(words).count() == found


def test_couples_are_ordered_by_the_value_of_their_number_then_words() -> None:
    for label in ("test", "10", "9", "100"):
        declare(id_registre=label)
    assert [couple.id_registre.label for couple in queries.search_couples()] == ["9", "10", "100", "test"]


def test_the_search_filters_by_state() -> None:
    integrate()
    declare()
    assert queries.search_couples(statut="provisoire").count() == 1
    assert queries.search_couples(statut="n'importe quoi").count() == 2
    assert queries.count_by_statut()[Statut.DECLAREE] == 1


def test_two_people_who_give_couples_at_once_get_two_numbers(espace: Any) -> None:
    import threading

    from django.db import connection

    from espace.registre.declaration import parse_declaration

    parsed = parse_declaration(json.dumps(document()).encode(), zone=ZONE)
    commandes = [actions.declare(*parsed, auteur="essai", now=NOW).pk for _ in range(4)]
    names: list[str] = []

    def give(pk: int) -> None:
        names.extend(couple.db for couple in actions.give_couples(pk, zone=ZONE, auteur="essai", now=NOW + timedelta(seconds=pk)))
        connection.close()

    threads = [threading.Thread(target=give, args=(pk,)) for pk in commandes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == [f"db1.{n}.{ZONE}" for n in (1, 2, 3, 4)]
