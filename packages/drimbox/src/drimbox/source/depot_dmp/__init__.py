# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox towards the DMP: kept, sent in order, until the DMP answers."""
