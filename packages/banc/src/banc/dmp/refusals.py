# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How the simulated DMP says no: by HTTP, by a SOAP fault, or by a registry error."""

from __future__ import annotations


class Refusal(Exception):
    """Base of the refusals; ``detail`` is French, for the person who reads the transcript."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


class CertificateRefusal(Refusal):
    """The client certificate is not one that the DMP serves: HTTP 403."""


class SecurityFault(Refusal):
    """The VIHF is refused: SOAP fault Sender with a WS-Security subcode (``wsse:…``)."""


class SenderFault(Refusal):
    """The message itself is refused: SOAP fault Sender."""


class RegistryFailure(Refusal):
    """The documents or the query are refused: RegistryResponse Failure with an XDS code."""
