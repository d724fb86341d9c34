# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The history of every field of the Registre: who changed what and when, and a row put back as it was."""
