# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images out of a PACS, by C-GET and by C-MOVE: the bytes it keeps, one by one, and nothing left behind when the reader leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from banc.jeux import IDENTITE, ExamenJeu, make_images
from banc.pacs import PacsSimulator
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.bassin import associations_gardees
from drimbox.socle.pacs.errors import PacsAbsent, PacsIncomplet, PacsIndisponible, PacsOccupe, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages, ObjetEnCours, recuperer
from drimbox.socle.pacs.questions import find_etude
from tests.integration.drimbox.pacs.conftest import kept, settings_of

STUDY = IDENTITE.examens[0].study_instance_uid
MODES = ("c-get", "c-move")


class Terrain:
    """One simulator, called by one of the two ways."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._mode, self._port = mode, free_port()
        self.simulator = PacsSimulator(folder, "PACSA", known_aets={"DRIMBOX": None, "DRIMOVE": ("127.0.0.1", self._port)})

    def settings(self, **changes: object) -> Pacs:
        move = {"aet": "DRIMOVE", "port": self._port}
        return settings_of(self.simulator, **({"recuperation": self._mode, "move": move} | changes))


@pytest.fixture(params=MODES)
def terrain(exam: Path, request: pytest.FixtureRequest) -> Iterator[Terrain]:
    terrain = Terrain(exam, request.param)
    with terrain.simulator:
        yield terrain


async def whole(objet: ObjetEnCours) -> bytes:
    return objet.entete + b"".join([bytes(bloc) async for bloc in objet.blocs()])


async def received(pacs: Pacs, demande: DemandeImages) -> dict[str, tuple[str, bytes]]:
    async with recuperer(pacs, demande) as flux:
        return {objet.sop_instance_uid: (objet.transfer_syntax_uid, await whole(objet)) async for objet in flux}


async def nothing_is_left(terrain: Terrain) -> bool:
    for _ in range(1200):
        if terrain.simulator.associations == 0:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_study_comes_with_the_bytes_that_the_pacs_keeps(terrain: Terrain):
    found = await received(terrain.settings(), DemandeImages(STUDY))
    assert {uid: data for uid, (_syntax, data) in found.items()} == kept(terrain.simulator)
    assert {syntax for syntax, _data in found.values()} == {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80"}


async def test_an_object_says_who_it_is_before_its_pixels(terrain: Terrain):
    async with recuperer(terrain.settings(), DemandeImages(STUDY)) as flux:
        async for objet in flux:
            assert (objet.study_instance_uid, objet.patient_id, objet.longueur) == (STUDY, "IPP-000042", None)
            assert objet.entete_entiere
            first = await anext(objet.blocs())
            assert bytes(first[:4]) == b"\xe0\x7f\x10\x00"


async def test_the_bytes_that_are_here_come_several_at_a_time_and_are_the_same(terrain: Terrain):
    found = {}
    async with recuperer(terrain.settings(), DemandeImages(STUDY)) as flux:
        async for objet in flux:
            pieces = [bytes(piece) async for lot in objet.lots() for piece in lot]
            found[objet.sop_instance_uid] = objet.entete + b"".join(pieces)
            assert objet.recus == len(found[objet.sop_instance_uid])
    assert found == kept(terrain.simulator)


async def test_a_series_and_an_instance_come_alone(terrain: Terrain):
    pacs = terrain.settings()
    etude = await asyncio.to_thread(find_etude, pacs, STUDY)
    assert etude is not None
    serie = etude.series[1]
    uid = serie.instances[2].sop_instance_uid
    found = await received(pacs, DemandeImages(STUDY, serie.series_instance_uid))
    assert set(found) == {instance.sop_instance_uid for instance in serie.instances}
    assert set(await received(pacs, DemandeImages(STUDY, serie.series_instance_uid, uid))) == {uid}


async def test_objects_that_are_not_read_are_passed_over(terrain: Terrain):
    async with recuperer(terrain.settings(), DemandeImages(STUDY)) as flux:
        assert len([objet.sop_instance_uid async for objet in flux]) == 8


@pytest.mark.parametrize("uids", [("1.2.3",), (STUDY, "1.2.3")], ids=["study", "series"])
async def test_what_the_pacs_does_not_hold_is_said_absent(terrain: Terrain, uids):
    for classes in ((), ("1.2.840.10008.5.1.4.1.1.2",)):
        with pytest.raises(PacsAbsent):
            await received(terrain.settings(), DemandeImages(*uids, sop_classes=classes))


async def test_an_instance_that_was_awaited_and_does_not_come_is_told_at_the_end(terrain: Terrain):
    here = set(kept(terrain.simulator))
    assert set(await received(terrain.settings(), DemandeImages(STUDY, attendus=frozenset(here)))) == here
    async with recuperer(terrain.settings(), DemandeImages(STUDY, attendus=frozenset({*here, "1.2.3"}))) as flux:
        assert {(await anext(flux)).sop_instance_uid for _ in here} == here
        with pytest.raises(PacsIncomplet):
            await anext(flux)


async def test_a_reader_that_leaves_early_frees_the_pacs(terrain: Terrain):
    for _turn in range(3):
        async with recuperer(terrain.settings(max_associations=1), DemandeImages(STUDY)) as flux:
            objet = await anext(flux)
            await anext(objet.blocs())
    assert await nothing_is_left(terrain)


async def test_a_reader_that_is_cancelled_frees_the_pacs(terrain: Terrain):
    begun = asyncio.Event()

    async def read() -> None:
        async with recuperer(terrain.settings(max_associations=1), DemandeImages(STUDY)) as flux:
            async for _objet in flux:
                begun.set()
                await asyncio.sleep(60)

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await received(terrain.settings(max_associations=1), DemandeImages(STUDY))) == 8
    assert await nothing_is_left(terrain)


async def test_a_pacs_that_fails_to_send_some_objects_is_told_incomplete(terrain: Terrain, monkeypatch):
    broken = terrain.simulator.index.entries()[3]
    load = type(broken).load

    def fail(entry):
        if entry.sop_instance_uid == broken.sop_instance_uid:
            raise OSError
        return load(entry)

    monkeypatch.setattr(type(broken), "load", fail)
    with pytest.raises(PacsIncomplet):
        await received(terrain.settings(), DemandeImages(STUDY))


async def test_no_more_associations_than_allowed_are_opened(terrain: Terrain):
    pacs = terrain.settings(max_associations=1, timeout=2.0)
    classes = ("1.2.840.10008.5.1.4.1.1.2",)
    async with recuperer(pacs, DemandeImages(STUDY, sop_classes=classes)) as first:
        objet = await anext(first)
        with pytest.raises(PacsOccupe):
            await received(pacs, DemandeImages("1.2.3", sop_classes=classes))
        assert len(await whole(objet)) > 0


@pytest.mark.parametrize("mode", MODES)
async def test_sixteen_retrievals_at_once_never_mix(tmp_path: Path, mode: str):
    identite = IDENTITE.with_examens(*(ExamenJeu.numbered(number) for number in range(1, 9)))
    make_images(tmp_path, identite, slices=2)
    terrain = Terrain(tmp_path, mode)
    with terrain.simulator as simulator:
        pacs = terrain.settings(max_associations=8)
        wanted = {
            examen.study_instance_uid: {
                uid: data for uid, data in kept(simulator).items() if examen.study_instance_uid in _study_of(simulator, uid)
            }
            for examen in identite.examens
        }
        async with associations_gardees():
            asked = [uid for uid in wanted for _twice in range(2)]
            found = await asyncio.gather(*(received(pacs, DemandeImages(uid)) for uid in asked))
    for uid, objets in zip(asked, found, strict=True):
        assert {name: data for name, (_syntax, data) in objets.items()} == wanted[uid]


def _study_of(simulator: PacsSimulator, uid: str) -> str:
    return next(str(entry.header.StudyInstanceUID) for entry in simulator.index.entries() if entry.sop_instance_uid == uid)


async def test_a_kept_association_serves_again_and_leaves_with_its_block(exam: Path):
    terrain = Terrain(exam, "c-get")
    with terrain.simulator as simulator:
        pacs, demande = terrain.settings(max_associations=1), DemandeImages(STUDY, sop_classes=("1.2.840.10008.5.1.4.1.1.2",))
        async with associations_gardees():
            for _turn in range(3):
                assert len(await received(pacs, demande)) == 8
                assert simulator.associations == 1
            # its place is given back as soon as somebody else needs it: a question from a thread, then another retrieval
            assert await asyncio.to_thread(find_etude, pacs, STUDY) is not None
            assert len(await received(pacs, DemandeImages(STUDY))) == 8
        assert await nothing_is_left(terrain)


async def test_a_kept_association_that_the_pacs_closed_is_opened_again(exam: Path):
    port = free_port()
    demande = DemandeImages(STUDY, sop_classes=("1.2.840.10008.5.1.4.1.1.2",))
    async with associations_gardees():
        for _turn in range(2):
            with PacsSimulator(exam, "PACSA", port=port, known_aets={"DRIMBOX": None}) as simulator:
                assert len(await received(settings_of(simulator), demande)) == 8


async def test_an_association_kept_too_long_is_closed(exam: Path):
    terrain = Terrain(exam, "c-get")
    with terrain.simulator:
        async with associations_gardees():
            await received(terrain.settings(idle_seconds=0.05), DemandeImages(STUDY))
            assert await nothing_is_left(terrain)


async def test_a_pacs_that_nobody_answers_for_is_unavailable():
    pacs = Pacs(name="x", host="127.0.0.1", port=free_port(), aet="X", timeout=2.0)
    with pytest.raises(PacsIndisponible):
        await received(pacs, DemandeImages(STUDY, sop_classes=("1.2.3",)))


async def test_a_pacs_that_does_not_know_us_refuses(terrain: Terrain):
    with pytest.raises(PacsRefuse, match="AE Title"):
        await received(terrain.settings(calling_aet="STRANGER"), DemandeImages(STUDY, sop_classes=("1.2.3",)))


def test_an_instance_without_its_series_is_the_caller_s_fault():
    with pytest.raises(ValueError, match="series"):
        DemandeImages(STUDY, None, "1.2.3")
