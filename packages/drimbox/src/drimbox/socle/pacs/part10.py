# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The file form of an object (DICOM PS3.10): a preamble and a file meta header in front of the untouched data set."""

from __future__ import annotations

from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

from drimbox.socle.pacs.model import ObjetDicom

# UUID-derived root (DICOM PS3.5 annex B.2): no registration needed, the same for every copy of drimm.
IMPLEMENTATION_CLASS_UID = UID("2.25.302595908002838261573992775259072659014")
IMPLEMENTATION_VERSION_NAME = "DRIMM_0_1"


def file_header(objet: ObjetDicom) -> bytes:
    """Return the preamble, the DICM prefix and the file meta information of an object (PS3.10 section 7.1).

    The file is ``file_header(objet) + objet.dataset``; the data set is not looked at.
    """
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(objet.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(objet.sop_instance_uid)
    meta.TransferSyntaxUID = UID(objet.transfer_syntax_uid)
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    buffer = DicomBytesIO()
    buffer.write(b"\x00" * 128 + b"DICM")
    write_file_meta_info(buffer, meta, enforce_standard=True)
    return buffer.getvalue()


def to_part10(objet: ObjetDicom) -> bytes:
    """Return the whole file of an object."""
    return file_header(objet) + objet.dataset
