# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.fqdn import CoupleFqdn, Fqdn, FqdnError, FqdnServiceError, FqdnZoneError

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def test_official_names_are_read() -> None:
    db = Fqdn.parse("db1.349.mesimagesmedicales.fr")
    assert (db.kind, db.number, db.id_registre, db.zone) == ("db", 1, "349", "mesimagesmedicales.fr")
    assert Fqdn.parse("vi12.test.mesimagesmedicales.fr").kind == "vi"


def test_case_is_folded_as_dns_does() -> None:
    assert str(Fqdn.parse("Db1.Test1.MesImagesMedicales.FR")) == "db1.test1.mesimagesmedicales.fr"


def test_services_belong_to_their_name() -> None:
    couple = CoupleFqdn(2, "349")
    assert couple.db.dicom_web_url() == "https://db2.349.mesimagesmedicales.fr/dicom-web-rs"
    assert couple.vi.visionneuse_url() == "https://vi2.349.mesimagesmedicales.fr/IHEInvokeImageDisplay"
    with pytest.raises(FqdnServiceError):
        couple.vi.dicom_web_url()
    with pytest.raises(FqdnServiceError):
        couple.db.visionneuse_url()
    assert str(couple) == "db2.349.mesimagesmedicales.fr / vi2.349.mesimagesmedicales.fr"


def test_other_zone_is_refused_unless_configured() -> None:
    with pytest.raises(FqdnZoneError) as refusal:
        Fqdn.parse("db1.349.faux.example")
    assert refusal.value.code == "fqdn.zone"
    assert Fqdn.parse("db1.349.faux.example", zone="faux.example").zone == "faux.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "db1",
        "db1.349",
        "db0.349.mesimagesmedicales.fr",
        "db01.349.mesimagesmedicales.fr",
        "db.349.mesimagesmedicales.fr",
        "db1..mesimagesmedicales.fr",
        "db1.-a.mesimagesmedicales.fr",
        "db1.a_b.mesimagesmedicales.fr",
        "dx1.349.mesimagesmedicales.fr",
        "db1.349.mesimagesmedicales.fr.",
        " db1.349.mesimagesmedicales.fr",
        "db1.349.mesimagesmedicales.fr\n",
        "db１.349.mesimagesmedicales.fr",
        "db1." + "a" * 64 + ".mesimagesmedicales.fr",
        "db1." + "a." * 130 + "fr",
        "db1.349.mes images.fr",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(FqdnError):
        Fqdn.parse(text)


def test_a_name_too_long_as_a_whole_is_refused() -> None:
    zone = ".".join(["a" * 62] * 4)
    with pytest.raises(FqdnError):
        Fqdn("db", 1, "349", zone)


def test_a_couple_is_checked_when_made() -> None:
    with pytest.raises(FqdnError):
        CoupleFqdn(0, "349")


@given(st.sampled_from(["db", "vi"]), st.integers(1, 999_999_999), LABELS)
def test_writing_then_reading_gives_the_same_name(kind: str, number: int, label: str) -> None:
    fqdn = Fqdn(kind, number, label)
    assert Fqdn.parse(str(fqdn)) == fqdn
    assert fqdn in (CoupleFqdn.of(fqdn).db, CoupleFqdn.of(fqdn).vi)


@given(st.text(max_size=80))
def test_any_text_gives_a_name_or_a_refusal(text: str) -> None:
    try:
        fqdn = Fqdn.parse(text)
    except FqdnError:
        return
    assert str(fqdn) == text.lower()
