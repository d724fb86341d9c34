# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The consommatrice function: from the call of a professional to the images in the local PACS."""
