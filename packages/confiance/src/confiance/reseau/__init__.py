# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The only place of confiance that may open a socket (extra ``[reseau]``)."""

from confiance.reseau.fetch import Fetched, FetchFailed, FetchLimits, fetch

__all__ = ["FetchFailed", "FetchLimits", "Fetched", "fetch"]
