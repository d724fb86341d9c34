# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A row of the Registre that cannot be published stops its own change, and neither the daily signature nor an exclusion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from confiance.liste_blanche import read_unverified
from espace.alarmes.queries import open_alarms
from espace.liste_blanche import actions
from espace.liste_blanche.states import Etat, Origine
from espace.registre.models import Drimbox
from espace.registre.states import Motif
from espace.tete import queries as tetes
from espace.tete.composition import content
from espace.tete.errors import TemoinRefuse
from tests.espace_donnees import dn, integrate
from tests.espace_tetes import Editeur, editeur, head_settings

NOW = datetime.now(UTC)
DB1, DB2, DB3 = (f"db{number}.1.mesimagesmedicales.fr" for number in (1, 2, 3))


@pytest.fixture
def monde(espace: Any, tmp_path: Path) -> Editeur:
    """A publisher of three rows, whose second one was spoilt since in the Registre."""
    integrate(3, now=NOW)
    monde = editeur(espace, NOW, tete=head_settings(tmp_path / "cles"))
    monde.publish()
    monde.round()
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn("autre.1.mesimagesmedicales.fr"))
    monde.time.sleep(60)
    return monde


def names(monde: Editeur) -> set[str]:
    return {row.db for row in read_unverified(monde.liste()).domaines}


def alarms() -> set[tuple[str, str]]:
    return {(one.code, one.objet) for one in open_alarms()}


def test_an_exclusion_goes_out_beside_a_row_that_cannot_be_published(monde: Editeur) -> None:
    refused = monde.publish()
    assert (refused.etat, refused.code) == (Etat.REFUSEE, "publication.lint")
    monde.time.sleep(60)
    actions.exclude_and_publish(DB3, Motif.CYBER, auteur="agent", now=monde.time.now)
    monde.signataire()
    assert names(monde) == {DB1, DB2}
    assert alarms() >= {("publication.lint", "registre"), ("publication.changements_en_attente", "")}


def test_the_daily_signature_repeats_the_rows_in_force_and_says_which_row_is_wrong(monde: Editeur) -> None:
    before = monde.liste()
    monde.time.sleep(timedelta(days=1).total_seconds())
    monde.signataire()
    assert monde.liste() != before
    assert read_unverified(monde.liste()).domaines == read_unverified(before).domaines
    assert ("publication.lint", "registre") in alarms()
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn(DB2))
    monde.time.sleep(60)
    assert monde.publish().etat == Etat.PUBLIEE
    assert alarms() == set()


def test_a_list_goes_out_without_its_log_that_catches_up_at_the_next_turn(monde: Editeur, monkeypatch: pytest.MonkeyPatch) -> None:
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn(DB2))
    before, head = monde.liste(), monde.head()

    def broken(_published: object) -> int:
        raise KeyError

    with monkeypatch.context() as broken_log:
        broken_log.setattr(actions.journal_des_listes, "enter", broken)
        assert monde.publish().etat == Etat.PUBLIEE
        monde.time.sleep(60)
        monde.round()
    assert monde.liste() != before
    assert (tetes.taille(), monde.head()) == (1, head)  # no head names a list that the log lacks
    assert alarms() == {("journal_listes.en_retard", "")}
    monde.time.sleep(60)
    monde.round()
    current = tetes.current()
    assert current is not None
    assert (current.sequence, current.taille) == (2, 2)
    assert alarms() == set()


def test_a_surprise_while_the_list_is_written_down_is_a_refusal_and_not_the_end_of_the_process(
    monde: Editeur, monkeypatch: pytest.MonkeyPatch
) -> None:
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn(DB2))
    before = monde.liste()

    def broken(*_args: object, **_values: object) -> None:
        raise KeyError

    with monkeypatch.context() as broken_alarms:
        broken_alarms.setattr(actions, "settle", broken)
        refused = monde.publish()
    assert (refused.etat, refused.code) == (Etat.REFUSEE, "publication.surprise")
    assert monde.liste() == before
    assert ("publication.surprise", "publication") in alarms()
    monde.time.sleep(60)
    assert monde.publish().etat == Etat.PUBLIEE


def test_the_temoin_does_not_confirm_a_mass_removal_that_no_person_asked_for(monde: Editeur, monkeypatch: pytest.MonkeyPatch) -> None:
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn(DB2))
    with monde.espace.role("signataire"):
        with pytest.raises(DatabaseError, match="ne peut pas ajouter"):
            actions.demander_publication(auteur="signataire", now=monde.time.now, origine=Origine.QUOTIDIENNE, retrait_massif=True)
        demande = actions.demander_publication(auteur="signataire", now=monde.time.now, origine=Origine.QUOTIDIENNE)
        assert monde.publisher.publish(demande).etat == Etat.PUBLIEE
    with monkeypatch.context() as liar:
        liar.setattr("espace.tete.composition.listes.mass_removal_since", lambda _instant: True)
        monde.signataire()
    waiting = tetes.en_attente()
    assert waiting is not None
    assert content(waiting).retrait_massif
    with pytest.raises(TemoinRefuse, match="retrait massif"):
        monde.temoin()


def test_the_temoin_confirms_the_mass_removal_of_a_person(monde: Editeur) -> None:
    Drimbox.objects.filter(couple__db=DB2).update(dn_serv_ssl=dn(DB2))
    assert monde.publish(retrait_massif=True).etat == Etat.PUBLIEE
    monde.round()
    current = tetes.current()
    assert current is not None
    assert content(current).retrait_massif
