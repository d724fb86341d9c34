# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DNS zone: the names of the Registre, answered by the authority itself."""
