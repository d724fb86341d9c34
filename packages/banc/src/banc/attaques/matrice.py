# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The matrix of refusals, written from the attacks themselves: ``python -m banc.attaques.matrice``."""

from __future__ import annotations

import sys

from banc.attaques.jugement import ACCEPTEE, attaques, verdict
from banc.attaques.terrain import Terrain, make_terrain

_HEAD = """<!-- Engendré par python -m banc.attaques.matrice ; ne pas modifier à la main. -->
# Ce que le lecteur de la Liste Blanche refuse

Chaque ligne est une attaque, écrite comme une fonction de `banc.attaques` qui altère une liste signée par nos soins ; les tests les
rejouent toutes. La colonne « étape » suit l'ordre des vérifications, du moins cher au plus cher. Les lignes qui citent d'autres
moteurs disent ce que ceux-ci acceptent.

| étape | attaque | nom | code | verdict |
|---|---|---|---|---|
"""


def matrice(terrain: Terrain) -> str:
    """Return the matrix as Markdown, each verdict obtained from the reader."""
    rows = []
    for attaque in attaques():
        code = verdict(attaque.build(terrain), terrain)
        word = "acceptée" if code == ACCEPTEE else "refusée"
        rows.append(f"| {attaque.groupe} | {attaque.ligne} | `{attaque.nom}` | `{code}` | {word} |\n")
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(matrice(make_terrain()))
