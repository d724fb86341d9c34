# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A record of any size is found whole, or it is said that it cannot be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.conso.recherche_dmp.fenetres import MOST_QUESTIONS, find_all
from drimbox.conso.recherche_dmp.fetch import DejaVus, wanted_of
from drimbox.socle.dmp.errors import DmpIndisponible, TropDeReponses
from drimbox.socle.dmp.model import ContexteVihf, Criteres, FicheDocument, ModeVihf
from drimbox.socle.personnes import Code, Identifiant, Professionnel, Structure

NOW = datetime(2026, 7, 1, tzinfo=UTC)
INS = Identifiant("285063523804223", "1.2.250.1.213.1.4.10")
CONTEXTE = ContexteVihf(
    mode=ModeVihf.INDIRECTE_RENFORCEE,
    professionnel=Professionnel("899700000012", "RADIOLOGUE", "CAMILLE"),
    structure=Structure("1350000007", "Centre du banc"),
    secteur_activite=Code("SA08", "1.2.250.1.71.4.2.4", "Cabinet"),
    patient_ins=INS,
)
BLANK = FicheDocument(
    "urn:uuid:1", "2.999.1", "2.999", INS, "application/dicom", "IMG-KOS", "", "Approved",
    None, None, None, None, None, (), (), (), (), None, None, None, "",
)  # fmt: skip


class Registre:
    """A registry that answers no more than so many entries, from ``depuis`` included to ``jusqu_a`` excluded, as IHE says."""

    def __init__(self, created: list[datetime], most: int) -> None:
        self.fiches = [replace(BLANK, unique_id=f"2.999.{rank}", creation=moment) for rank, moment in enumerate(created)]
        self.most = most
        self.questions = 0

    async def find_kos(self, contexte: ContexteVihf, criteres: Criteres | None = None) -> list[FicheDocument]:
        assert contexte is CONTEXTE
        assert criteres is not None
        self.questions += 1
        found = [fiche for fiche in self.fiches if _within(fiche, criteres)]
        if len(found) > self.most:
            raise TropDeReponses
        return sorted(found, key=lambda fiche: fiche.creation or NOW, reverse=True)


def _within(fiche: FicheDocument, criteres: Criteres) -> bool:
    assert fiche.creation is not None
    return (criteres.depuis is None or fiche.creation >= criteres.depuis) and (
        criteres.jusqu_a is None or fiche.creation < criteres.jusqu_a
    )


def find(registre: Registre) -> list[FicheDocument]:
    return asyncio.run(find_all(registre, CONTEXTE, NOW))


def test_a_record_that_fits_is_one_question():
    registre = Registre([NOW - timedelta(days=day) for day in range(5)], most=5)
    assert len(find(registre)) == 5
    assert registre.questions == 1


@given(days=st.lists(st.integers(-2, 12_000), unique=True, max_size=60), most=st.integers(3, 60))
def test_a_record_that_does_not_fit_is_found_whole_the_most_recent_first(days: list[int], most: int):
    registre = Registre([NOW - timedelta(days=day) for day in days], most)
    found = find(registre)
    moments = [fiche.creation for fiche in found]
    assert {fiche.unique_id for fiche in found} == {fiche.unique_id for fiche in registre.fiches}
    assert moments == sorted(moments, key=lambda moment: moment or NOW, reverse=True)


def test_one_instant_that_does_not_fit_is_told_and_asked_no_more_than_it_takes():
    registre = Registre([NOW - timedelta(days=40)] * 4, most=3)
    with pytest.raises(TropDeReponses):
        find(registre)
    assert registre.questions < MOST_QUESTIONS


def test_a_registry_that_always_says_too_many_is_left():
    registre = Registre([], most=-1)
    with pytest.raises(TropDeReponses):
        find(registre)
    assert registre.questions <= MOST_QUESTIONS


def test_a_failure_of_one_period_fails_the_search():
    class Cut(Registre):
        async def find_kos(self, contexte: ContexteVihf, criteres: Criteres | None = None) -> list[FicheDocument]:
            if self.questions == 1:
                raise DmpIndisponible
            return await super().find_kos(contexte, criteres)

    with pytest.raises(DmpIndisponible):
        find(Cut([NOW - timedelta(days=day) for day in range(9)], most=5))


def test_those_never_asked_for_are_fetched_before_those_refused():
    fiches = [replace(BLANK, unique_id=f"2.999.{rank}") for rank in range(5)]
    vus = DejaVus(lus={"2.999.0"}, refuses={"2.999.1"})
    assert wanted_of(fiches, vus, 2) == {"2.999.2", "2.999.3"}
    assert wanted_of(fiches, vus, 9) == {"2.999.1", "2.999.2", "2.999.3", "2.999.4"}
