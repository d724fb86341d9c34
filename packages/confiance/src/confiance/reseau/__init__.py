# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The only place of confiance that may open a socket (extra ``[reseau]``)."""

from confiance.reseau.fetch import Fetched, FetchFailed, FetchLimits, fetch
from confiance.reseau.tete import HeadFetchFailed, HeadFollower

__all__ = ["FetchFailed", "FetchLimits", "Fetched", "HeadFetchFailed", "HeadFollower", "fetch"]
