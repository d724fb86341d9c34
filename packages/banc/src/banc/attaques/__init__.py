# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every attack on the Liste Blanche, as code that mutates a list we signed.

Each attack is a function named by its fault, with the code of the refusal it must meet. Tests, the soak and the matrix of the
documentation all read the same register.
"""
