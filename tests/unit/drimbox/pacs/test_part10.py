# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The file form: a header in front of the bytes."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import dcmread

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import file_header, to_part10
from drimbox.socle.pacs.syntaxes import MAX_CONTEXTS, SYNTAXES, kinds_for

ELEMENT = b"\x08\x00\x60\x00CS\x02\x00CT"


def test_the_file_is_the_header_and_the_bytes():
    objet = ObjetDicom("1.2.840.10008.5.1.4.1.1.2", "1.2.3", "1.2.840.10008.1.2.1", ELEMENT)
    content = to_part10(objet)
    assert content == file_header(objet) + ELEMENT
    dataset = dcmread(BytesIO(content))
    assert dataset.Modality == "CT"
    meta = dataset.file_meta
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID) == (
        objet.sop_class_uid,
        objet.sop_instance_uid,
        objet.transfer_syntax_uid,
    )


@pytest.mark.parametrize("classes", [1, 2, 6, 7, 20, 127, 200])
def test_contexts_never_exceed_an_association_and_serve_every_class_they_can(classes):
    uids = [f"1.2.840.10008.5.1.4.1.1.{n}" for n in range(1, classes + 1)]
    kinds = kinds_for(uids, reserved=1)
    assert len(kinds) == min(MAX_CONTEXTS - 1, classes * len(SYNTAXES))
    assert len({sop_class for sop_class, _ in kinds}) == min(classes, MAX_CONTEXTS - 1)
    served = {sop_class for sop_class, _ in kinds}
    assert all([s for one, syntaxes in kinds if one == uid for s in syntaxes] == list(SYNTAXES) for uid in served)


@pytest.mark.parametrize("classes", [7, 12, 40])
def test_a_syntax_that_has_no_context_of_its_own_is_proposed_in_the_last_one_of_its_class(classes):
    uids = [f"1.2.840.10008.5.1.4.1.1.{n}" for n in range(1, classes + 1)]
    for uid in uids:
        proposed = [syntaxes for sop_class, syntaxes in kinds_for(uids, reserved=1) if sop_class == uid]
        assert all(len(syntaxes) == 1 for syntaxes in proposed[:-1])
        assert proposed[-1][-1] == SYNTAXES[-1]


def test_no_class_asks_for_no_context():
    assert kinds_for([]) == []


def test_reports_take_few_contexts_and_leave_the_room_to_images():
    ct, reports = "1.2.840.10008.5.1.4.1.1.2", [f"1.2.840.10008.5.1.4.1.1.88.{n}" for n in range(1, 20)]
    kinds = kinds_for([*reports, ct])
    assert [syntaxes[0] for sop_class, syntaxes in kinds if sop_class == ct] == list(SYNTAXES)
    assert len(kinds) == len(SYNTAXES) + 4 * len(reports)


def test_only_the_syntaxes_accepted_are_proposed_for_images():
    accept = ("1.2.840.10008.1.2.4.80",)
    assert kinds_for(["1.2.840.10008.5.1.4.1.1.2"], accept=accept) == [("1.2.840.10008.5.1.4.1.1.2", accept)]
