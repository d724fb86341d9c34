# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The whole mesh on one machine: an Espace, two DRIMboxes, the outside world, and one exam that crosses them all."""
