# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of a file, byte for byte that of the library."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import file_header
from drimbox.source.partage.fichier import file_head

UIDS = st.from_regex(r"[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8}){1,5}", fullmatch=True)


@given(UIDS, UIDS, UIDS)
def test_the_head_written_by_hand_is_that_of_pydicom(sop_class: str, sop_instance: str, syntax: str) -> None:
    assert file_head(sop_class, sop_instance, syntax) == file_header(ObjetDicom(sop_class, sop_instance, syntax, b""))
