# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The local PACS: questions (C-ECHO, C-FIND), retrieval and storage."""

import warnings

import pydicom.config

# A PACS holds values that the standard forbids: we carry them in silence, for a warning of pydicom repeats the value it is about.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")
