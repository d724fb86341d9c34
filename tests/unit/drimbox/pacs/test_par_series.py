# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study of many classes asked series by series: associations that hold every syntax, as few as they can be."""

from __future__ import annotations

import pytest

from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.par_series import split
from drimbox.socle.pacs.syntaxes import MAX_CONTEXTS, SYNTAXES, holds, kinds_for

CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.{n}" for n in range(200, 240))


def etude(*classes: tuple[str, ...]) -> EtudePacs:
    """Return a study with one series for each group of classes, of one instance for each class."""
    series = tuple(
        SeriePacs(f"9.{rank}", "CT", rank, "", tuple(InstancePacs(uid, f"9.{rank}.{n}", n, None) for n, uid in enumerate(group)))
        for rank, group in enumerate(classes)
    )
    return EtudePacs("9", *[""] * 11, series=series)


def test_every_series_is_asked_on_an_association_where_each_syntax_of_its_classes_has_its_context():
    parts = split(DemandeImages("9", sop_classes=CLASSES), etude(*((uid,) for uid in CLASSES)))
    assert [part.series for part in parts] == [f"9.{rank}" for rank in range(40)]
    for part, uid in zip(parts, CLASSES, strict=True):
        assert uid in part.sop_classes
        assert all(len(syntaxes) == 1 for _uid, syntaxes in kinds_for(part.sop_classes, reserved=1))
    each = (MAX_CONTEXTS - 1) // len(SYNTAXES)
    assert len({part.sop_classes for part in parts}) == -(-40 // each)  # associations, each of which carries several series


def test_a_series_of_which_nothing_is_awaited_is_not_asked():
    awaited = frozenset({"9.0.0", "9.2.0", "8"})
    parts = split(DemandeImages("9", sop_classes=CLASSES, attendus=awaited), etude(*((uid,) for uid in CLASSES)))
    assert [(part.series, part.attendus) for part in parts] == [("9.0", frozenset({"9.0.0"})), ("9.2", frozenset({"9.2.0"}))]


def test_a_pacs_that_does_not_say_the_classes_is_proposed_all_those_that_are_known():
    parts = split(DemandeImages("9", sop_classes=CLASSES), etude((CLASSES[0],), ("",), (CLASSES[1],)))
    assert [part.sop_classes for part in parts] == [CLASSES[:1], CLASSES, CLASSES[1:2]]


@pytest.mark.parametrize(("count", "held"), [(0, True), (6, True), (7, False), (200, False)])
def test_an_association_holds_six_classes_of_images_with_all_their_syntaxes(count: int, held: bool):
    assert holds([f"1.2.{n}" for n in range(count)]) is held
