# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The local PACS: questions (C-ECHO, C-FIND), retrieval and storage."""
