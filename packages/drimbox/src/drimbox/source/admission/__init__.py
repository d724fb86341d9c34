# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may read what on a db name: the checks between a TLS connection and the first byte asked of the PACS."""
