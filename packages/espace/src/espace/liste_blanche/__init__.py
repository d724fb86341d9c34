# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Liste Blanche: compiled from the Registre, signed, re-read with the reader's own code, then published."""
