# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The attestation de délégation, that lets an Operateur order certificates for its names. The process ``signataire`` seals it."""
