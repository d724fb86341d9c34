# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An object out of a C-STORE request, its bytes as received."""

from __future__ import annotations

from typing import Any

from drimbox.socle.pacs.model import ObjetDicom


def from_store(event: Any) -> ObjetDicom:
    """Return the object of a pynetdicom EVT_C_STORE event. The data set is not decoded."""
    request = event.request
    return ObjetDicom(
        sop_class_uid=str(request.AffectedSOPClassUID),
        sop_instance_uid=str(request.AffectedSOPInstanceUID),
        transfer_syntax_uid=str(event.context.transfer_syntax),
        dataset=request.DataSet.getvalue() if request.DataSet is not None else b"",
    )
