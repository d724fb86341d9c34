# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Yesterday's backup of the database comes back beside the files of today: nothing public may go back, no exclusion be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from espace.alarmes.queries import open_alarms
from espace.liste_blanche import actions, fichier
from espace.liste_blanche.errors import BaseAnterieure, EcritureImpossible
from espace.liste_blanche.states import Etat
from espace.registre.models import Drimbox
from espace.registre.states import Motif
from espace.tete import queries as tetes
from espace.tete.errors import TeteAnterieure
from tests.espace_donnees import integrate
from tests.espace_tetes import Editeur, editeur, head_settings

NOW = datetime.now(UTC)
_SINCE_THE_BACKUP = (
    "DELETE FROM tete_signaturetete WHERE tete_id IN (SELECT id FROM tete_tete WHERE numero > 1)",
    "DELETE FROM tete_tete WHERE numero > 1",
    "DELETE FROM tete_feuille WHERE rang > 0",
    "DELETE FROM tete_noeud WHERE rang > 0 OR niveau > 0",
    "DELETE FROM liste_blanche_publication WHERE sequence > 1",
    "DELETE FROM liste_blanche_demande WHERE id NOT IN (SELECT demande_id FROM liste_blanche_publication)",
)
_TABLES = ("liste_blanche_publication", "liste_blanche_demande", "tete_feuille", "tete_noeud", "tete_tete", "tete_signaturetete")


@pytest.fixture
def monde(espace: Any, tmp_path: Path) -> Iterator[Editeur]:
    """A publisher whose first list and head are public; its tables belong to the role of the test."""
    with espace.role("proprietaire"):
        integrate(3, now=NOW)
        monde = editeur(espace, NOW, tete=head_settings(tmp_path / "cles"))
        monde.one_role = True
        monde.publish()
        monde.round()
        yield monde


def restore_the_backup(excluded: str, statut: str) -> None:
    """Bring back the tables as they were after the first list."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in _SINCE_THE_BACKUP:
            cursor.execute(statement)
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    Drimbox.objects.filter(couple__db=excluded).update(statut=statut)


def codes() -> set[str]:
    return {one.code for one in open_alarms()}


def test_a_restored_backup_neither_rolls_the_public_list_back_nor_undoes_an_exclusion(monde: Editeur) -> None:
    drimbox = Drimbox.objects.select_related("couple").order_by("id").first()
    assert drimbox is not None
    db, statut = drimbox.couple.db, drimbox.statut
    monde.time.sleep(60)
    actions.exclude_and_publish(db, Motif.CYBER, auteur="agent", now=monde.time.now)
    monde.round()
    public, head = monde.liste(), monde.head()
    assert db.encode() not in public
    restore_the_backup(db, statut)
    monde.time.sleep(60)
    with pytest.raises(BaseAnterieure):
        monde.signataire()
    refused = monde.publish()
    assert (refused.etat, refused.code) == (Etat.REFUSEE, "publication.base_anterieure")
    monde.etabli.turn()
    assert (monde.liste(), monde.head()) == (public, head)
    assert codes() >= {"publication.base_anterieure", "tete.ecriture"}


def test_a_later_head_of_ours_is_not_replaced_by_that_of_the_backup(monde: Editeur) -> None:
    first, old = tetes.current(), monde.liste()
    assert first is not None
    monde.time.sleep(60)
    monde.publish()
    monde.round()
    later = monde.head()
    (monde.folder / fichier.NAME).write_bytes(old)  # the list of that day is there again too
    drimbox = Drimbox.objects.select_related("couple").order_by("id").first()
    assert drimbox is not None
    restore_the_backup(drimbox.couple.db, drimbox.statut)
    with pytest.raises(TeteAnterieure):
        monde.etabli._dossier.show(first, [])  # the door through which every head goes to readers
    assert monde.head() == later


def test_publication_goes_on_once_a_person_took_the_newer_list_away(monde: Editeur) -> None:
    monde.time.sleep(60)
    monde.publish()
    drimbox = Drimbox.objects.select_related("couple").order_by("id").first()
    assert drimbox is not None
    restore_the_backup(drimbox.couple.db, drimbox.statut)
    assert monde.publish().code == "publication.base_anterieure"
    (monde.folder / fichier.NAME).unlink()
    monde.time.sleep(60)
    monde.publisher.restore_file()
    assert monde.publish().etat == Etat.PUBLIEE
    assert "publication.base_anterieure" not in codes()


def test_a_file_of_nobody_is_replaced_without_a_word(monde: Editeur) -> None:
    good = monde.liste()
    (monde.folder / fichier.NAME).write_bytes(b"<ailleurs/>")
    monde.publisher.restore_file()
    assert monde.liste() == good
    assert codes() == set()


def test_a_public_file_that_cannot_take_its_place_is_told_until_it_does(monde: Editeur, monkeypatch: pytest.MonkeyPatch) -> None:
    old = monde.liste()

    def refuse(_prepared: Path) -> Path:
        raise EcritureImpossible

    with monkeypatch.context() as broken:
        broken.setattr(fichier, "install", refuse)
        monde.time.sleep(60)
        assert monde.publish().etat == Etat.PUBLIEE
        assert monde.liste() == old
        assert codes() == {"publication.ecriture"}
        with pytest.raises(EcritureImpossible):
            monde.signataire()
        assert codes() == {"publication.ecriture"}
    monde.signataire()
    assert monde.liste() != old
    assert codes() == set()
