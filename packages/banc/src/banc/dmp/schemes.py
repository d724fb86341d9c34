# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Schemes of XDS (IHE ITI TF-3 §4.2.5) and the values that the French profile takes for imaging."""

from __future__ import annotations

from typing import Final

SET_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT: Final = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASS: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
TYPE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
FORMAT: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY: Final = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE: Final = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
EVENT: Final = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
PATIENT: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
UNIQUE: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

REFERENCES: Final = "urn:ihe:iti:xds:2013:referenceIdList"
REFERENCE_KINDS: Final = frozenset(
    {"urn:ihe:iti:xds:2013:accession", "urn:ihe:iti:xds:2013:order", "urn:ihe:iti:xds:2016:studyInstanceUID"}
)
MODALITIES: Final = "1.2.250.1.213.1.1.5.618"
REGIONS: Final = "1.2.250.1.213.1.1.5.695"

SINGLE_CODES: Final = (CLASS, TYPE, FORMAT, FACILITY, PRACTICE)
CONFIDENTIALITIES: Final = frozenset(
    {
        *((code, "2.16.840.1.113883.5.25") for code in ("N", "R", "V")),
        *((code, "1.2.250.1.213.1.1.4.13") for code in ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")),
    }
)
ACQUISITION_MODALITIES: Final = frozenset(
    {
        "AR", "BDUS", "BI", "BMD", "CR", "CT", "DG", "DMS", "DX", "ECG", "EEG", "EMG", "EOG", "EPS", "ES", "GM", "HD", "IO", "IVOCT",
        "IVUS", "KER", "LEN", "LS", "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "POS", "PT",
        "PX", "RESP", "RF", "RG", "RTIMAGE", "SM", "SRF", "TG", "US", "VA", "XA", "XC",
    }
)  # fmt: skip
"""DICOM CID 29."""

KOS_CODES: Final = {
    CLASS: ("31", "1.2.250.1.213.1.1.4.1"),
    TYPE: ("IMG-KOS", "1.2.250.1.213.1.1.4.12"),
    FORMAT: ("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1"),
}
SIGNATURE_CODES: Final = {
    CLASS: ("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN"),
    TYPE: ("E1762", "ASTM"),
    FORMAT: ("http://www.w3.org/2000/09/xmldsig#", "URN"),
}
SETTING_TABLES: Final = {
    FACILITY: frozenset({"1.2.250.1.71.4.2.4", "1.2.250.1.213.1.1.4.6"}),
    PRACTICE: frozenset({"1.2.250.1.213.1.1.4.9", "1.2.250.1.213.1.1.4.6"}),
}
SIGNATURE_PURPOSE: Final = "1.2.840.10065.1.12.1.14"
CONTENT_TABLE: Final = "1.2.250.1.213.2.2"
