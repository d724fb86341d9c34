# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of a file that arrives, whatever the cut of its bytes; and every reader of what a PACS sends, fuzzed for a moment."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.soak import fuzz_images_pdu as fuzz
from banc.soak.fuzz import mutate
from drimbox.socle.pacs.fichier import LecteurFichier
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import to_part10

OBJET = ObjetDicom("1.2.840.10008.5.1.4.1.1.2", "1.2.3", "1.2.840.10008.1.2.1", b"\x08\x00\x60\x00CS\x02\x00CT" + bytes(50))
FILE = to_part10(OBJET)


@given(cuts=st.lists(st.integers(0, len(FILE)), max_size=6))
def test_the_data_set_follows_its_head_whatever_the_cuts(cuts: list[int]):
    lecteur, rest = LecteurFichier(), None
    for start, end in pairwise(sorted({0, len(FILE), *cuts})):
        if rest is not None:
            rest += FILE[start:end]
        elif (found := lecteur.feed(memoryview(FILE)[start:end])) is not None:
            meta, rest = found[0], bytes(found[1])
    assert rest == OBJET.dataset
    assert (meta.sop_class_uid, meta.sop_instance_uid, meta.transfer_syntax_uid, meta.length) == (
        OBJET.sop_class_uid, OBJET.sop_instance_uid, OBJET.transfer_syntax_uid, len(FILE) - len(OBJET.dataset),
    )  # fmt: skip


@pytest.mark.parametrize(
    "data", [bytes(200), FILE[:132] + OBJET.dataset, FILE[:132] + b"\x02\x00\x01\x00OB\0\0\xff\xff\0\0" + bytes(70_000)]
)
def test_what_is_no_file_is_refused(data: bytes):
    with pytest.raises(ObjetIllisible):
        LecteurFichier().feed(memoryview(data))


@pytest.mark.parametrize("door", fuzz.DOORS)
def test_a_reader_keeps_its_word_under_mutations(door: str):
    chance = random.Random(20_260_101)
    verdicts = {fuzz.check(door, mutate(chance, fuzz.DOORS[door][1], fuzz.TOKENS), chance) for _ in range(400)}
    assert fuzz.ACCEPTEE in verdicts
