# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Each structure speaks to the DMP under its own certificates; the others under those of the table."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from banc.pki import Pki
from drimbox.config import Certificate, SituationDmp
from tests.unit.drimbox.dmp.samples import dmp_settings


def situation(pki: Pki, *structures: str) -> SituationDmp:
    auth, sign = pki.auth_cli("b"), pki.sign("b")
    return SituationDmp(
        structures=structures,
        auth=Certificate(certificate=auth.certificate, key=auth.key),
        sign=Certificate(certificate=sign.certificate, key=sign.key),
    )


def test_a_named_structure_has_its_own_certificates_and_the_same_dmp(dmp_pki: Pki) -> None:
    own = situation(dmp_pki, "10B0000002")
    settings = dmp_settings(dmp_pki, situations=(own,))
    found = settings.of_structure("10B0000002")
    assert (found.auth, found.sign) == (own.auth, own.sign)
    assert (found.base_url, found.source_oid) == (settings.base_url, settings.source_oid)


@pytest.mark.parametrize("identifiant", ["10B0174462", ""])
def test_any_other_structure_has_those_of_the_table(dmp_pki: Pki, identifiant: str) -> None:
    settings = dmp_settings(dmp_pki, situations=(situation(dmp_pki, "10B0000002"),))
    assert settings.of_structure(identifiant) is settings


def test_a_structure_in_two_situations_is_refused(dmp_pki: Pki) -> None:
    with pytest.raises(ValidationError, match="10B0000002"):
        dmp_settings(dmp_pki, situations=(situation(dmp_pki, "10B0000002"), situation(dmp_pki, "10B0000002")))
