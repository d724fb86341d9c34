# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Espace de Confiance of DRIM-M: Registre, zone, Liste Blanche and their console."""
