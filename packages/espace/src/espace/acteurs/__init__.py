# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who orders and who operates: Operateurs, Clients, Sites and Commandes. Clients are never published."""
