# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""DIMSE as bytes: machines without input nor output, for the associations that carry images (DICOM PS3.7 and PS3.8)."""
