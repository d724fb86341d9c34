# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A mail is posted with what it tells, or not at all; it goes to whom it should, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from espace.acteurs.actions import register_operateur
from espace.acteurs.models import Operateur
from espace.acteurs.rules import OperateurDeclare
from espace.courrier import queries
from espace.courrier.actions import poster, renvoyer
from espace.courrier.errors import CourrierInconnu, CourrierMalEcrit, EvenementInconnu
from espace.courrier.models import Courrier
from espace.journal.models import Evenement
from tests import espace_dossiers
from tests.espace_donnees import CLIENT_CANARY, NOW, SIREN, SITE_CANARY

AGENTS = "agents@administrateur.test"


def operateur(siret: str = "73282932000074", **changes: str) -> Operateur:
    values = {"denomination": "Opérateur d'Essai", "support_mail": "support@operateur.test", **changes}
    return register_operateur(OperateurDeclare(siret=siret, **values), auteur="essai", now=NOW)


def posted() -> list[tuple[str, str]]:
    return list(Courrier.objects.order_by("id").values_list("destinataire", "sujet"))


def test_a_submission_goes_to_the_operateur_and_to_the_shared_box(espace: Any) -> None:
    poster("declaration:submit", operateur=operateur(), objet="DM-2026-000001", contexte={"numero": "DM-2026-000001"}, auteur="marie")
    assert posted() == [
        ("support@operateur.test", "Demande DM-2026-000001 : bien reçue"),
        (AGENTS, "Demande DM-2026-000001 : déposée, à instruire"),
    ]


def test_what_is_rolled_back_is_never_written_to_anybody(espace: Any) -> None:
    who = operateur()

    def fail() -> None:
        with transaction.atomic():
            poster("declaration:submit", operateur=who, objet="x", contexte={"numero": "DM-2026-000001"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert posted() == []


def test_persons_who_act_and_the_contact_projet_are_written_to_once_each(espace: Any) -> None:
    who = operateur(contact_projet="Projet@operateur.test")
    for number, (role, actif, mail) in enumerate(
        [
            ("representant_legal", True, "legal@operateur.test"),
            ("mandataire", True, "projet@operateur.test"),
            ("mandataire", False, "parti@operateur.test"),
            ("administrateur_technique", True, "technique@operateur.test"),
        ]
    ):
        espace.sql(
            "WITH u AS (INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active,"
            " date_joined) VALUES (%s, '', false, '', '', %s, false, true, now()) RETURNING id)"
            " INSERT INTO acteurs_membre (user_id, operateur_id, role, actif, cree_le) SELECT id, %s, %s, %s, now() FROM u",
            f"membre{number}", mail, who.pk, role, actif,
        )  # fmt: skip
    assert queries.addresses_of(who) == ("legal@operateur.test", "Projet@operateur.test")


def test_an_event_without_its_mail_is_a_fault_that_is_named(espace: Any) -> None:
    with pytest.raises(EvenementInconnu, match="declaration:inconnue"):
        poster("declaration:inconnue", operateur=operateur(), objet="", contexte={})


def test_a_mail_that_lacks_a_value_is_refused_and_says_which(espace: Any) -> None:
    with pytest.raises(CourrierMalEcrit, match="motif"):
        poster("declaration:refuse", operateur=operateur(), objet="", contexte={"numero": "DM-2026-000001"})


@pytest.mark.parametrize("address", ["x@y.test\nBcc: z@y.test", "a@b.test,c@d.test", "", "Nom <a@b.test>"])
def test_an_address_that_is_not_one_is_refused(espace: Any, address: str) -> None:
    with pytest.raises(CourrierMalEcrit):
        poster("comptes:invite", operateur=operateur(), objet="", contexte={"invitation": "https://x.test/i"}, destinataire=address)


def test_two_operateurs_never_receive_what_concerns_the_other(espace: Any) -> None:
    one = operateur()
    other = operateur("35600000000048", denomination="Autre", support_mail="support@autre.test")
    for who, numero in ((one, "DM-2026-000001"), (other, "DM-2026-000002")):
        poster("declaration:accept", operateur=who, objet=numero, contexte={"numero": numero, "noms": f"db1.{numero[-1]}.test"})
    for address, number, foreign in (("support@operateur.test", 1, 2), ("support@autre.test", 2, 1)):
        mails = list(Courrier.objects.filter(destinataire=address))
        assert mails
        for mail in mails:
            whole = mail.sujet + mail.texte + mail.html
            assert f"DM-2026-00000{number}" in whole
            assert f"DM-2026-00000{foreign}" not in whole
            assert f"db1.{foreign}.test" not in whole


def test_no_mail_of_a_real_dossier_names_a_client_nor_reaches_another_operateur(espace: Any) -> None:
    one = espace_dossiers.operateur()
    other = espace_dossiers.operateur("35600000000048", "Autre Opérateur")
    accepted = espace_dossiers.declarer(one)
    espace_dossiers.deposer_declaration(other, prefix="autre-")
    assert accepted.etat == "acceptee"
    theirs = set(queries.addresses_of(other))
    assert not theirs & set(queries.addresses_of(one))
    assert Courrier.objects.filter(destinataire__in=theirs).exists()
    for mail in Courrier.objects.all():
        whole = mail.sujet + mail.texte + mail.html
        assert not [canary for canary in (CLIENT_CANARY, SITE_CANARY, SIREN) if canary in whole], mail.evenement
        if mail.destinataire in theirs:
            assert accepted.numero not in whole
            assert one.denomination not in whole


def test_a_person_has_a_rejected_mail_sent_again_but_not_one_that_left(espace: Any) -> None:
    poster("declaration:submit", operateur=operateur(), objet="x", contexte={"numero": "DM-2026-000001"})
    first, second = Courrier.objects.order_by("id")
    espace.sql("UPDATE courrier_courrier SET etat = 'rejete', rejete_le = now(), essais = 3 WHERE id = %s", first.pk)
    assert renvoyer(first.pk, auteur="agent", now=NOW).etat == "a_envoyer"
    with pytest.raises(CourrierInconnu):
        renvoyer(second.pk, auteur="agent", now=NOW)
    assert Evenement.objects.filter(event="courrier:courrier:sent_again", auteur="agent").count() == 1


def test_the_journal_tells_what_was_posted_and_nothing_of_its_words(espace: Any) -> None:
    poster("declaration:refuse", operateur=operateur(), objet="DM-2026-000001", contexte={"numero": "1", "motif": "SECRET-CANARI"})
    line = Evenement.objects.get(event="courrier:courrier:posted")
    assert (line.objet, line.fields) == ("DM-2026-000001", {"reason": "declaration:refuse", "count": 1})
