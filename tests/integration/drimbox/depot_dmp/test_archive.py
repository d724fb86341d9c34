# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pointers handed from one DRIMbox to another by an XDM archive, and what the second can then do with them."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from banc.dmp.names import DELETED
from banc.jeux import IDENTITE
from drimbox.cli import app
from drimbox.cli import entree as cli_entree
from drimbox.socle.dmp.errors import XdmContredit, XdmEtranger, XdmIllisible
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.xdm import LotXdm, read_archive
from drimbox.source.admission.queries import find_kos
from drimbox.source.depot_dmp import archive_ecrite
from drimbox.source.depot_dmp.actions.import_xdm import take_over
from drimbox.source.depot_dmp.archive import export, read
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.models import Examen, Kos
from tests.drimbox_chemin import Chemin, message, pacs_of
from tests.drimbox_world import Monde, sample_message

LIMITS = LimitesDmp()


@pytest.fixture
def chemin(monde: Monde) -> Chemin:
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.publish(sample_message())
    return chemin


def exported(folder: Path) -> tuple[Path, LotXdm]:
    """Export the only pointer and read it back."""
    (archive,) = export(folder, settings.DRIMBOX, lambda: None)
    ((_, lot),) = read_archive(read(archive), LIMITS)
    assert isinstance(lot, LotXdm)
    return archive, lot


def forget(monde: Monde) -> None:
    """Become the other DRIMbox: same couples, empty database."""
    store = dict(monde.dmp.store.entries)
    monde.drimbox.empty()
    assert monde.dmp.store.entries == store


def as_owner(monde: Monde):
    return monde.drimbox.role("proprietaire")


def test_a_pointer_that_was_hidden_stays_so_in_the_drimbox_that_takes_it_over(monde: Monde, tmp_path: Path) -> None:
    chemin, hidden = Chemin(monde), {"MASQUE_PS": True, "INVISIBLE_REP_LEGAUX": True}
    with pacs_of(monde, monde.images):
        chemin.publish(sample_message(flags=hidden))
        _, lot = exported(tmp_path / "xdm")
        forget(monde)
        with as_owner(monde):
            assert take_over(lot, settings.DRIMBOX, timezone.now())
        second = replace(IDENTITE, version=2)
        chemin.take(message(second, event="T10"))
        chemin.advance()
    assert set(chemin.entry(Kos.objects.get(version=2)).confidentialities) == {"N", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"}


def test_a_pointer_exported_then_imported_is_the_same_and_is_served(chemin: Chemin, tmp_path: Path) -> None:
    kos = Kos.objects.get()
    archive, lot = exported(tmp_path / "xdm")
    assert (lot.contenu, lot.compte_rendu, lot.ipp) == (bytes(kos.contenu), Examen.objects.get().compte_rendu, IDENTITE.patient.ipp)
    forget(chemin.monde)
    with as_owner(chemin.monde):
        assert take_over(lot, settings.DRIMBOX, timezone.now())
        assert not take_over(lot, settings.DRIMBOX, timezone.now())
    taken = Kos.objects.get()
    same = ("sop_instance_uid", "series_instance_uid", "study_instance_uid", "db", "accession", "sha256", "series_count", "instances_count")
    assert [getattr(taken, name) for name in same] == [getattr(kos, name) for name in same]
    found = find_kos(kos.sop_instance_uid)
    assert found is not None
    assert found.in_service
    assert zipfile.is_zipfile(archive)


def test_the_folder_and_the_zip_hold_the_same(chemin: Chemin, tmp_path: Path) -> None:
    archive, lot = exported(tmp_path / "xdm")
    ((_, from_folder),) = read_archive(read(tmp_path / "xdm" / archive.stem), LIMITS)
    assert isinstance(from_folder, LotXdm)
    # the frame of the request is drawn anew at each reading
    assert replace(from_folder, requete=lot.requete) == lot


@pytest.fixture
def open_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


@pytest.mark.usefixtures("open_umask")
def test_an_export_is_readable_by_nobody_else(chemin: Chemin, tmp_path: Path) -> None:
    exported(tmp_path / "xdm")
    made = [tmp_path / "xdm", *(tmp_path / "xdm").rglob("*")]
    modes = (
        {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()},
        {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()},
    )
    assert modes == ({0o700}, {0o600})


def test_an_export_that_is_cut_leaves_the_archive_of_before_and_no_half_of_one(tmp_path: Path) -> None:
    def cut() -> Iterator[tuple[str, bytes]]:
        yield "KA202611/INDEX.HTM", b"half"
        raise KeyboardInterrupt

    archive = archive_ecrite.write(tmp_path, "KA202611", [("KA202611/INDEX.HTM", b"whole"), ("KA202611/OLD.TXT", b"old")])
    with pytest.raises(KeyboardInterrupt):
        archive_ecrite.write(tmp_path, "KA202611", cut())
    assert dict(read(archive)) == {"KA202611/INDEX.HTM": b"whole", "KA202611/OLD.TXT": b"old"}
    assert dict(read(tmp_path / "KA202611")) == {"INDEX.HTM": b"whole", "OLD.TXT": b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["KA202611", "KA202611.zip"]


def test_an_export_done_again_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    archive_ecrite.write(tmp_path, "KA202611", [("KA202611/OLD.TXT", b"old")])
    archive = archive_ecrite.write(tmp_path, "KA202611", [("KA202611/INDEX.HTM", b"new")])
    assert dict(read(archive)) == {"KA202611/INDEX.HTM": b"new"}
    assert dict(read(tmp_path / "KA202611")) == {"INDEX.HTM": b"new"}


def test_the_draft_of_an_export_that_was_killed_is_not_read(chemin: Chemin, tmp_path: Path) -> None:
    archive, lot = exported(tmp_path / "xdm")
    (tmp_path / "xdm" / archive.stem).rename(tmp_path / "xdm" / ".KA202611-killed")
    assert list(read_archive(read(tmp_path / "xdm"), LIMITS)) == []
    assert lot.contenu


def test_the_months_of_one_folder_are_read_apart(chemin: Chemin, tmp_path: Path) -> None:
    archive, _ = exported(tmp_path / "xdm")
    (tmp_path / "xdm" / archive.stem).rename(tmp_path / "xdm" / "KA202601")
    exported(tmp_path / "xdm")
    lots = dict(read_archive(read(tmp_path / "xdm"), LIMITS))
    assert list(lots) == ["KA202601/SS000001", f"{archive.stem}/SS000001"]
    assert all(isinstance(lot, LotXdm) for lot in lots.values())


def test_a_pointer_taken_over_can_be_withdrawn_from_the_dmp(chemin: Chemin, tmp_path: Path) -> None:
    _, lot = exported(tmp_path / "xdm")
    forget(chemin.monde)
    with as_owner(chemin.monde):
        take_over(lot, settings.DRIMBOX, timezone.now())
    chemin.take(message(control_id="9", event="T04"))
    chemin.send()
    assert Examen.objects.get().state == "retire"
    assert chemin.entry(Kos.objects.get()).status == DELETED


def test_a_pointer_taken_over_can_be_replaced(chemin: Chemin, tmp_path: Path) -> None:
    _, lot = exported(tmp_path / "xdm")
    forget(chemin.monde)
    with as_owner(chemin.monde):
        take_over(lot, settings.DRIMBOX, timezone.now())
    second = replace(IDENTITE, version=2)
    with pacs_of(chemin.monde, chemin.monde.images):
        chemin.take(message(second, "9", "T10"))
        chemin.advance()
    assert chemin.faits == ["depot", "remplacement"]
    assert [kos.state for kos in Kos.objects.order_by("version")] == ["remplace", "en_vigueur"]


def test_a_withdrawn_pointer_is_not_handed_over(chemin: Chemin, tmp_path: Path) -> None:
    chemin.take(message(control_id="9", event="T04"))
    chemin.send()
    assert export(tmp_path / "xdm", settings.DRIMBOX, lambda: None) == []


def test_a_pointer_of_a_couple_that_is_not_ours_is_refused(chemin: Chemin, tmp_path: Path) -> None:
    _, lot = exported(tmp_path / "xdm")
    forget(chemin.monde)
    others = settings.DRIMBOX.model_copy(update={"couples": settings.DRIMBOX.couples[1:]})
    with as_owner(chemin.monde), pytest.raises(XdmEtranger):
        take_over(lot, others, timezone.now())
    assert not Kos.objects.exists()


def test_another_pointer_of_a_known_study_changes_nothing(chemin: Chemin, tmp_path: Path) -> None:
    _, lot = exported(tmp_path / "xdm")
    chemin.monde.drimbox.sql("UPDATE pointeur_kos SET sop_instance_uid = '2.999.9'")
    with as_owner(chemin.monde), pytest.raises(XdmContredit):
        take_over(lot, settings.DRIMBOX, timezone.now())
    assert Kos.objects.count() == 1


def test_a_pointer_changed_by_one_byte_costs_only_itself(chemin: Chemin, tmp_path: Path) -> None:
    archive, _ = exported(tmp_path / "xdm")
    files = dict(read(archive))
    path = next(path for path in files if path.endswith(".DCM"))
    files[path.replace("SS000001", "SS000002")] = files[path][:-1] + b"\0"
    files[path.replace("SS000001/KOS_1_1.DCM", "SS000002/METADATA.XML")] = files[path.replace("KOS_1_1.DCM", "METADATA.XML")]
    (_, first), (_, second) = read_archive(files, LIMITS)
    assert isinstance(first, LotXdm)
    assert isinstance(second, XdmIllisible)


@pytest.mark.parametrize("what", ["text", "missing"])
def test_what_is_no_archive_is_told_so(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.zip"
    if what == "text":
        path.write_text("no archive")
    with pytest.raises(XdmIllisible):
        read(path)


@given(st.dictionaries(st.sampled_from(["METADATA.XML", "KOS_1_1.DCM", "SIGN_1.XML", "CR.TXT"]), st.binary(max_size=400)))
def test_any_bytes_in_a_lot_are_read_or_refused_by_our_own_error(files: dict[str, bytes]) -> None:
    for _, lot in read_archive({f"KA1/IHE_XDM/SS000001/{name}": content for name, content in files.items()}, LIMITS):
        assert isinstance(lot, XdmIllisible)


def test_an_archive_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb, many = tmp_path / "bomb.zip", tmp_path / "many.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("KA/METADATA.XML", bytes(8 << 20))
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(4):
            archive.writestr(f"KA/{number}", b"a" * 1000)
    with pytest.raises(XdmIllisible, match="comprimé"):
        read(bomb)
    monkeypatch.setattr("drimbox.source.depot_dmp.archive.MAX_BYTES", 3500)
    with pytest.raises(XdmIllisible, match="dossiers plus petits"):
        read(many)


def test_the_commands_tell_what_they_did(chemin: Chemin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, folder = CliRunner(), str(tmp_path / "xdm")
    # the runner's output is closed after each command: the logs of this process must not be moved there
    monkeypatch.setattr(cli_entree.logs, "configure", lambda *_names: None)
    with as_owner(chemin.monde):
        result = runner.invoke(app, ["xdm", "exporter", folder])
        assert (result.exit_code, "1 pointeurs écrits dans 1 archives" in result.output) == (0, True), result.output
        result = runner.invoke(app, ["xdm", "importer", folder])
        assert (result.exit_code, "0 pointeurs repris, 1 déjà présents, 0 refusés." in result.output) == (0, True), result.output
    assert Envoi.objects.count() == 1
    for trait in (IDENTITE.patient.traits.nom_naissance, IDENTITE.patient.ins.value if IDENTITE.patient.ins else "?"):
        assert trait not in result.output
