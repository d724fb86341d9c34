# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques import autorite
from banc.attaques.terrain import NOW, Terrain
from confiance.certificates import Anchors, AnchorsError
from confiance.certificates.anchors import MAX_FILE


def _folder(path: Path, terrain: Terrain) -> Path:
    (path / "racine.pem").write_bytes(terrain.root.certificate.public_bytes(Encoding.PEM))
    (path / "autorite.CER").write_bytes(terrain.ca.certificate.public_bytes(Encoding.DER))
    (path / "feuille.crt").write_bytes(terrain.key.certificate.public_bytes(Encoding.PEM))
    (path / "lisez-moi.txt").write_text("rien")
    return path


def test_a_folder_is_sorted_into_roots_intermediates_and_crls(tmp_path: Path, terrain: Terrain) -> None:
    _folder(tmp_path, terrain)
    (tmp_path / "autorite.crl").write_bytes(terrain.fresh_crls()[1].public_bytes(Encoding.DER))
    anchors = Anchors.from_directory(tmp_path)
    assert anchors.roots == (terrain.root.certificate,)
    assert anchors.intermediates == (terrain.ca.certificate,)
    assert len(anchors.crls) == 1


def test_several_objects_in_one_pem_and_crls_elsewhere_are_read(tmp_path: Path, terrain: Terrain) -> None:
    trust, crls = tmp_path / "ancres", tmp_path / "crl"
    trust.mkdir()
    crls.mkdir()
    both = terrain.root.certificate.public_bytes(Encoding.PEM) + terrain.ca.certificate.public_bytes(Encoding.PEM)
    (trust / "tout.pem").write_bytes(b"commentaire\n" + both)
    (crls / "toutes.pem").write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in terrain.fresh_crls()))
    assert len(Anchors.from_directory(trust, crls=crls).crls) == 2
    anchors = Anchors.from_directory(trust, crls=crls / "toutes.pem")
    assert (len(anchors.roots), len(anchors.intermediates), len(anchors.crls)) == (1, 1, 2)


def test_the_same_certificate_twice_counts_once(terrain: Terrain) -> None:
    root = terrain.root.certificate
    anchors = Anchors.from_bytes([root.public_bytes(Encoding.PEM), root.public_bytes(Encoding.DER)])
    assert len(anchors.roots) == 1


def test_an_absent_folder_is_refused_in_french(tmp_path: Path) -> None:
    with pytest.raises(AnchorsError) as refusal:
        Anchors.from_directory(tmp_path / "absent")
    assert "dossier" in refusal.value.message


def test_a_folder_without_root_is_refused(tmp_path: Path, terrain: Terrain) -> None:
    (tmp_path / "autorite.pem").write_bytes(terrain.ca.certificate.public_bytes(Encoding.PEM))
    with pytest.raises(AnchorsError):
        Anchors.from_directory(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"du texte",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----",
    ],
)
def test_an_unreadable_object_is_refused(content: bytes, terrain: Terrain) -> None:
    with pytest.raises(AnchorsError):
        Anchors.from_bytes([terrain.root.certificate.public_bytes(Encoding.PEM), content])


def test_a_huge_file_is_refused(tmp_path: Path, terrain: Terrain) -> None:
    _folder(tmp_path, terrain)
    with (tmp_path / "grand.crl").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(AnchorsError):
        Anchors.from_directory(tmp_path)


def test_crls_are_replaced_as_a_whole(terrain: Terrain) -> None:
    anchors = terrain.policy.anchors.with_crls([terrain.fresh_crls()[0].public_bytes(Encoding.DER)])
    assert len(anchors.crls) == 1
    assert anchors.roots == terrain.policy.anchors.roots


def test_a_certificate_is_not_a_crl(terrain: Terrain) -> None:
    with pytest.raises(AnchorsError):
        terrain.policy.anchors.with_crls([terrain.root.certificate.public_bytes(Encoding.DER)])


def test_a_certificate_without_basic_constraints_is_no_authority(terrain: Terrain) -> None:
    own = autorite.key("other")
    wish = autorite.Wish(autorite.ca_name("SANS"), own.public_key(), NOW - autorite.YEAR, NOW + autorite.YEAR, basic=None)
    bare = autorite.issue(wish, wish.subject, own)
    anchors = Anchors.from_bytes([terrain.root.certificate.public_bytes(Encoding.DER), bare.public_bytes(Encoding.DER)])
    assert bare not in anchors.roots
