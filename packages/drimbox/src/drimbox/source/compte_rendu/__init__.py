# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of validated imaging reports (CDA-R2 carried by HL7 v2)."""
