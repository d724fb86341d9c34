# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""XAdES Baseline-B enveloped signatures, cut down to the profile of the Liste Blanche.

The verifier reads each layer only from bytes that the layer above authenticated: SignedInfo from the bytes under the RSA value, the
properties and the list from the bytes under the digests of SignedInfo.
"""
