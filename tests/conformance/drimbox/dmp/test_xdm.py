# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The published XDM export: read by us, and its structure beside that of ours."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from banc.pki import Pki
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, build_deposit
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.update import build_removal
from drimbox.socle.dmp.xdm import LotXdm, read_archive, read_deposit, write_archive
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.personnes import Identifiant
from tests.unit.drimbox.dmp.samples import NOW, built_pki, dmp_settings, kos_a_deposer

pytestmark = pytest.mark.donnees
LIMITS = LimitesDmp()


@pytest.fixture(scope="module")
def expediteur(tmp_path_factory: pytest.TempPathFactory) -> Expediteur:
    pki: Pki = built_pki(tmp_path_factory.mktemp("pki"))
    return Expediteur.load(dmp_settings(pki), LIMITS)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(shared_data / "xdm" / "DERIVED_KA202401.zip") as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


@pytest.fixture(scope="module")
def ours(expediteur: Expediteur) -> dict[str, bytes]:
    lot = read_deposit(build_deposit(kos_a_deposer(), expediteur, NOW), "2.999.7^A", Identifiant("IPP101", "2.999.4"), LIMITS)
    return dict(write_archive("KA202401", [lot], "Centre (300000000300019)", "drimm 0", LIMITS))


def lot_of(files: dict[str, bytes]) -> LotXdm:
    ((_, lot),) = read_archive(files, LIMITS)
    assert isinstance(lot, LotXdm), lot
    return lot


def test_the_published_export_is_read(published: dict[str, bytes]) -> None:
    lot = lot_of(published)
    kos = read_kos(lot.contenu)
    assert (lot.fiche.unique_id, lot.fiche.study_instance_uid) == (kos.sop_instance_uid, kos.study_instance_uid)
    assert lot.compte_rendu == "1.2.250.1.213.1.1.6^A7102400008_6"
    assert lot.fiche.patient_ins == Identifiant("162018885045327", "1.2.250.1.213.1.4.10")
    assert lot.ipp == Identifiant("627028977073869316", "2.25.308558515749272265601084678280819623195.3.2.1")
    assert b"IHEManifest" in lot.signature


def test_our_files_have_the_names_and_places_of_the_published_ones(published: dict[str, bytes], ours: dict[str, bytes]) -> None:
    assert sorted(ours) == sorted(published)


def test_our_metadata_have_the_objects_and_places_of_the_published_ones(published: dict[str, bytes], ours: dict[str, bytes]) -> None:
    def told(files: dict[str, bytes]) -> list[tuple[str, str]]:
        root = etree.fromstring(files["KA202401/IHE_XDM/SS000001/METADATA.XML"])
        assert etree.QName(root).localname == "Envelope"
        entries = root.iter(f"{{{voc.RIM}}}ExtrinsicObject")
        uri = f"{{{voc.RIM}}}Slot[@name='URI']/{{{voc.RIM}}}ValueList/{{{voc.RIM}}}Value"
        return sorted((str(entry.get("mimeType")), str(entry.findtext(uri))) for entry in entries)

    assert told(ours) == told(published)


def test_our_line_of_the_report_has_the_six_fields_of_the_published_one(published: dict[str, bytes], ours: dict[str, bytes]) -> None:
    lines = [files["KA202401/IHE_XDM/SS000001/CR.TXT"].decode() for files in (ours, published)]
    oid = r"[0-9.]+"
    assert all(re.fullmatch(rf"{oid};[^;]+;[0-9]{{15}};{oid};[^;]+;{oid}", line) for line in lines)


def test_what_we_write_is_what_we_read(ours: dict[str, bytes]) -> None:
    lot = lot_of(ours)
    assert (lot.contenu, lot.compte_rendu, lot.ipp) == (kos_a_deposer().contenu, "2.999.7^A", Identifiant("IPP101", "2.999.4"))
    assert dict(write_archive("KA202401", [lot], "Centre (300000000300019)", "drimm 0", LIMITS)).keys() == ours.keys()


def test_our_metadata_follow_the_official_schema(ours: dict[str, bytes], shared_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(shared_data / "xds/schema/lcm.xsd"))
    root = etree.fromstring(ours["KA202401/IHE_XDM/SS000001/METADATA.XML"])
    schema.assertValid(etree.fromstring(etree.tostring(root.find(f".//{{{voc.LCM}}}SubmitObjectsRequest"))))


def test_a_pointer_of_the_published_export_could_be_withdrawn_under_our_signature(
    published: dict[str, bytes], expediteur: Expediteur
) -> None:
    lot = lot_of(published)
    requete = build_removal(lot.requete, lot.fiche, expediteur, NOW)
    assert voc.STATUS_DELETED.encode() in requete.body
    assert b"162018885045327" in requete.body
