# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The source function: from the validated report to the pointer in the DMP, then the images served to the mesh."""
