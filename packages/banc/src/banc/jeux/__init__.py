# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sample data that the banc makes itself: an exam with its images, its report and its message; copies of one's own images relabelled.

The images come from real ones that pydicom ships for its own tests; nothing is downloaded.
"""

from banc.jeux.big_study import big_study
from banc.jeux.compte_rendu import make_report
from banc.jeux.identite import IDENTITE, ExamenJeu, IdentiteJeu
from banc.jeux.images import JeuImages, make_images
from banc.jeux.message import make_cancellation, make_message
from banc.jeux.relabel import make_relabelled, relabel

__all__ = [
    "IDENTITE",
    "ExamenJeu",
    "IdentiteJeu",
    "JeuImages",
    "big_study",
    "make_cancellation",
    "make_images",
    "make_message",
    "make_relabelled",
    "make_report",
    "relabel",
]
