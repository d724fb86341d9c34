# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pointer (KOS) of an exam: built, kept with its history, followed until the DMP has answered."""
