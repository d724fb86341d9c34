# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which couple serves a study: one RIS and one PACS, two RIS and one PACS, two RIS and three PACS."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from drimbox.config import Couple, DrimboxSettings, Pacs, Reception, Ris
from drimbox.socle.pacs.errors import PacsIndisponible
from drimbox.source.pointeur.errors import EtudeEnDouble, IdentiteDiscordante
from drimbox.source.pointeur.localisation import check_absence, locate

STUDY = "1.2.3"


def settings(count: int, **ris: tuple[int, ...]) -> DrimboxSettings:
    """A DRIMbox with so many PACS and couples, and the couples of each RIS."""
    couples = [Couple(db=f"db{n}.1.z.fr", vi=f"vi{n}.1.z.fr", pacs=f"pacs{n}") for n in range(1, count + 1)]
    known = [Ris(name=name, couples=tuple(f"db{n}.1.z.fr" for n in numbers)) for name, numbers in ris.items()]
    return cast(
        "DrimboxSettings",
        DrimboxSettings.model_construct(
            couples=tuple(couples),
            pacs=tuple(Pacs(name=f"pacs{n}", host="h", aet="A") for n in range(1, count + 1)),
            reception=Reception(ris=tuple(known)),
        ),
    )


def holding(*names: str, silent: str = "") -> Any:
    """PACS of these names hold the study; one says nothing."""

    def find(pacs: Pacs, study_uid: str) -> Any:
        if pacs.name == silent:
            raise PacsIndisponible
        return SimpleNamespace(study_instance_uid=study_uid) if pacs.name in names else None

    return find


def where(drimbox: DrimboxSettings, ris: str, *names: str, silent: str = "") -> str | None:
    found = locate(drimbox, STUDY, holding(*names, silent=silent), drimbox.couples_of_ris(ris))
    return found.couple.db if found else None


def test_one_ris_and_one_pacs():
    drimbox = settings(1)
    assert where(drimbox, "", "pacs1") == "db1.1.z.fr"
    assert where(drimbox, "") is None


def test_two_ris_share_one_pacs():
    drimbox = settings(1, a=(1,), b=(1,))
    assert where(drimbox, "a", "pacs1") == where(drimbox, "b", "pacs1") == "db1.1.z.fr"


def test_two_ris_and_three_pacs_each_ris_asks_its_own():
    drimbox = settings(3, a=(1, 2), b=(2, 3))
    assert where(drimbox, "a", "pacs1") == "db1.1.z.fr"
    assert where(drimbox, "a", "pacs2") == "db2.1.z.fr"
    assert where(drimbox, "b", "pacs2") == "db2.1.z.fr"
    assert where(drimbox, "a", "pacs3") is None
    # the same study in a PACS of the other RIS is not this RIS's business
    assert where(drimbox, "b", "pacs1", "pacs3") == "db3.1.z.fr"
    assert where(drimbox, "a", "pacs1", silent="pacs3") == "db1.1.z.fr"


def test_several_pacs_of_a_ris_hold_it_and_nobody_chooses():
    with pytest.raises(EtudeEnDouble):
        where(settings(3, a=(1, 2)), "a", "pacs1", "pacs2")


def test_a_silent_pacs_of_the_ris_stops_the_choice():
    with pytest.raises(PacsIndisponible):
        where(settings(3, a=(1, 2)), "a", "pacs1", silent="pacs2")


def test_a_ris_that_the_settings_do_not_name_or_bind_asks_every_pacs():
    assert where(settings(3, a=(1, 2)), "", "pacs3") == "db3.1.z.fr"
    assert where(settings(3, a=()), "a", "pacs3") == "db3.1.z.fr"


def test_absence_is_judged_in_the_pacs_of_the_ris_only():
    drimbox = settings(3, a=(1, 2), b=(3,))
    examen = cast("Any", SimpleNamespace(study_instance_uid=STUDY, accession=SimpleNamespace(value="A1")))

    def bearing(pacs: Pacs, _accession: str) -> tuple[str, ...]:
        return ("1.2.9",) if pacs.name == "pacs3" else ()

    check_absence(drimbox, examen, bearing, drimbox.couples_of_ris("a"))
    with pytest.raises(IdentiteDiscordante):
        check_absence(drimbox, examen, bearing, drimbox.couples_of_ris("b"))
