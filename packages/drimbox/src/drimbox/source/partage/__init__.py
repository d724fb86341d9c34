# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images served to the mesh: WADO-RS over mutual TLS on the db names (process ``images``)."""
