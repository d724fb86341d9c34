# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The banc: simulators of the outside world, and the whole mesh on one machine."""
