# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Attacks on the memory of the reader: every file here is genuine (step 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from banc.attaques.registre import Variante, attaque
from banc.attaques.terrain import GENERATION, SIGNING_TIME, Terrain, make_brouillon
from confiance import refusals as r
from confiance.liste_blanche import sign

_MEMOIRE = "9 · mémoire du lecteur"


def _signed(terrain: Terrain, rows: int, *, generation_minutes: int = 0, signing_minutes: int = 0) -> bytes:
    brouillon = make_brouillon(rows, GENERATION + timedelta(minutes=generation_minutes))
    return sign(brouillon, terrain.key, signing_time=SIGNING_TIME + timedelta(minutes=signing_minutes))


@attaque(_MEMOIRE, "rejeu d'une liste authentique plus ancienne", r.RetourArriere)
def rejeu(terrain: Terrain) -> Variante:
    return Variante(_signed(terrain, 13, generation_minutes=-60, signing_minutes=-60), held=terrain.data)


@attaque(_MEMOIRE, "DateDeGeneration plus récente, SigningTime plus ancien", r.RetourArriere)
def rejeu_heure(terrain: Terrain) -> Variante:
    return Variante(_signed(terrain, 12, generation_minutes=10, signing_minutes=-10), held=terrain.data)


@attaque(_MEMOIRE, "SigningTime plus récent, DateDeGeneration plus ancienne", r.RetourArriere)
def rejeu_date(terrain: Terrain) -> Variante:
    return Variante(_signed(terrain, 12, generation_minutes=-10, signing_minutes=10), held=terrain.data)


@attaque(_MEMOIRE, "mêmes dates, autre contenu", r.MemeDateAutreCorps)
def memes_dates(terrain: Terrain) -> Variante:
    return Variante(_signed(terrain, 11), held=terrain.data)


@attaque(_MEMOIRE, "retrait de presque toutes les DRIMbox", r.RetraitMassif)
def retrait_massif(terrain: Terrain) -> Variante:
    return Variante(_signed(terrain, 1, generation_minutes=5, signing_minutes=5), held=terrain.data)


@attaque(_MEMOIRE, "liste vide", r.RetraitMassif)
def liste_videe(terrain: Terrain) -> Variante:
    empty = replace(terrain.brouillon, domaines=(), date_generation=GENERATION + timedelta(minutes=5))
    return Variante(sign(empty, terrain.key, signing_time=SIGNING_TIME + timedelta(minutes=5)), held=terrain.data)
