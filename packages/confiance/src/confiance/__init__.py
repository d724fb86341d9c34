# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What every member of the DRIM-M mesh must agree on, to the byte. No Django, no socket."""
