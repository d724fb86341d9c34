# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Trust anchors, the fixed path root → CA → leaf, and revocation by CRL. No socket, no clock."""

from confiance.certificates.anchors import Anchors, AnchorsError

__all__ = ["Anchors", "AnchorsError"]
