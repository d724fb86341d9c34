# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images turned into another transfer syntax, cut into frames or rendered: the only place where pixels are decoded, in processes apart."""
