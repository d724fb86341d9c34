# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A large study for measurements: CT series of 512 by 512 images, 0.5 MB each, uncompressed, with realistic grain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydicom.uid import UID, ExplicitVRLittleEndian

from banc.jeux.identite import IDENTITE, ExamenJeu
from banc.jeux.images import JeuImages, SerieJeu, write_series
from banc.jeux.pixels import head

BIG_NUMBER = 900_000


def big_study(folder: Path, images: int, *, transfer_syntax: str = ExplicitVRLittleEndian, series: int = 1) -> JeuImages:
    """Write a study of ``images`` images, shared out between its series; the folder is left alone when it already holds them all.

    The slices come from one real image by scaling and grain: their geometry means nothing, their size, their syntax and the way they
    compress do. The patient is that of the sample exam; the study is its own.
    """
    number = BIG_NUMBER + images + series - 1
    examen = replace(ExamenJeu.numbered(number), description=f"Étude de mesure, {images} coupes")
    identite = replace(IDENTITE, examens=(examen,))
    result = JeuImages(folder, examen.study_instance_uid, series, images)
    folder.mkdir(parents=True, exist_ok=True)
    if sum(1 for _ in folder.glob("*.dcm")) != images:
        for rank in range(series):
            serie = SerieJeu(rank + 1, "Tête, série de mesure", "HEAD", head(), 0.5, transfer_syntax=UID(transfer_syntax))
            write_series(folder, identite, examen, serie, images // series + (rank < images % series))
    return result
