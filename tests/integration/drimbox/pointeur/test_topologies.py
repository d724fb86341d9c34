# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""RIS and PACS of one DRIMbox, 1/1, 2/1 and 2/3, with as many Orthancs: which db name a pointer carries, when nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from banc.jeux import IDENTITE, ExamenJeu, make_images, make_message, make_report
from banc.jeux.identite import IdentiteJeu
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Couple, Pacs, Ris
from drimbox.source.pointeur.models import Examen, Kos
from tests.drimbox_chemin import Chemin
from tests.drimbox_world import Monde

pytestmark = pytest.mark.peer("orthanc")
DOMAIN = "1.mesimagesmedicales.fr"
RIS = ("RIS-BANC", "AUTRE")
# every study here is one study of the sample patient, told apart by its number
FIRST, SECOND, THIRD, BOTH, NOWHERE = (IDENTITE.with_examens(ExamenJeu.numbered(number)) for number in (11, 12, 13, 14, 15))
HELD = ((FIRST, BOTH), (SECOND,), (THIRD, BOTH))


@pytest.fixture(scope="module")
def orthancs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[OrthancPacs]]:
    """Three PACS; one study is in two of them."""
    folder = tmp_path_factory.mktemp("orthancs")
    with OrthancPacs(folder / "1", "UN") as one, OrthancPacs(folder / "2", "DEUX") as two, OrthancPacs(folder / "3", "TROIS") as three:
        for pacs, held in zip((one, two, three), HELD, strict=True):
            for identite in held:
                images = make_images(folder / f"{pacs.aet}-{identite.examens[0].accession.value}", identite, slices=1).folder
                pacs.upload(images.iterdir())
        yield [one, two, three]


@pytest.fixture
def chemin(monde: Monde) -> Chemin:
    return Chemin(monde)


def install(monkeypatch: pytest.MonkeyPatch, orthancs: list[OrthancPacs], *ris: tuple[int, ...]) -> None:
    """Put these PACS behind the DRIMbox, one couple each, and bind each RIS to the couples of these ranks."""
    pacs = tuple(Pacs(name=one.aet, host="127.0.0.1", port=one.port, aet=one.aet, timeout=10) for one in orthancs)
    couples = tuple(Couple(db=db(rank), vi=db(rank).replace("db", "vi", 1), pacs=one.name) for rank, one in enumerate(pacs, 1))
    known = tuple(Ris(name=name.lower(), application=name, couples=tuple(map(db, ranks))) for name, ranks in zip(RIS, ris, strict=False))
    reception = settings.DRIMBOX.reception.model_copy(update={"ris": known})
    changes = {"pacs": pacs, "couples": couples, "reception": reception, "pacs_restitution": pacs[0].name}
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update=changes))


def db(rank: int) -> str:
    return f"db{rank}.{DOMAIN}"


def report(identite: IdentiteJeu, ris: str = RIS[0]) -> bytes:
    number = identite.examens[0].accession.value
    return make_message(make_report(identite), identite, control_id=number).replace(b"|RIS-BANC|", b"|" + ris.encode() + b"|", 1)


def test_one_ris_and_one_pacs_the_pointer_carries_its_name(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs[:1], (1,))
    assert chemin.publish(report(FIRST)).state == "depose"
    assert Kos.objects.get().db == db(1)


def test_two_ris_and_one_pacs_both_are_published_under_its_name(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs[:1], (1,), (1,))
    assert chemin.publish(report(FIRST)).state == "depose"
    assert chemin.publish(report(BOTH, RIS[1])).state == "depose"
    assert set(Kos.objects.values_list("db", flat=True)) == {db(1)}
    assert set(Examen.objects.values_list("message__source", flat=True)) == {"ris-banc", "autre"}


def test_two_ris_and_three_pacs_each_study_gets_the_name_of_the_one_that_holds_it(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs, (1, 2), (3,))
    for identite, ris in ((FIRST, RIS[0]), (SECOND, RIS[0]), (THIRD, RIS[1])):
        assert chemin.publish(report(identite, ris)).state == "depose"
    assert list(Kos.objects.order_by("db").values_list("db", "accession")) == [
        (db(rank), identite.examens[0].accession.value) for rank, identite in ((1, FIRST), (2, SECOND), (3, THIRD))
    ]


def test_two_ris_and_three_pacs_a_study_behind_the_other_ris_waits(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs, (1, 2), (3,))
    examen = chemin.publish(report(THIRD))
    assert (examen.state, examen.code) == ("attente_images", "pointeur.images_absentes")
    assert not Kos.objects.exists()


def test_a_study_in_two_pacs_of_a_ris_stops_and_tells(chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, orthancs, (1, 3))
    examen = chemin.publish(report(BOTH))
    assert (examen.state, examen.code) == ("a_verifier", "pointeur.etude_en_double")
    assert chemin.monde.deposits == []


def test_a_study_in_two_pacs_of_which_the_ris_knows_one_is_published(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs, (1, 2), (3,))
    assert chemin.publish(report(BOTH, RIS[1])).state == "depose"
    assert Kos.objects.get().db == db(3)


def test_a_study_that_no_pacs_holds_waits_then_leaves_when_its_images_arrive(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, orthancs, (1, 2, 3))
    assert chemin.publish(report(NOWHERE)).state == "attente_images"
    orthancs[1].upload(make_images(tmp_path / "late", NOWHERE, slices=1).folder.iterdir())
    chemin.advance()
    assert (Examen.objects.get().state, Kos.objects.get().db) == ("depose", db(2))


def test_as_long_as_one_pacs_of_the_ris_is_silent_nobody_can_tell(
    chemin: Chemin, orthancs: list[OrthancPacs], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, orthancs, (1, 2))
    short = tuple(one.model_copy(update={"timeout": 1.0}) for one in settings.DRIMBOX.pacs)
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"pacs": short}))
    orthancs[1].freeze()
    try:
        examen = chemin.publish(report(FIRST))
    finally:
        orthancs[1].thaw()
    assert (examen.state, examen.code) == ("attente_pacs", "pacs.indisponible")
    assert not Kos.objects.exists()
    chemin.advance()
    assert Kos.objects.get().db == db(1)
