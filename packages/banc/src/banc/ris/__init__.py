# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A RIS: it sends messages over MLLP and waits for their acknowledgement."""

from banc.ris.client import Ack, PasDeReponse, send

__all__ = ["Ack", "PasDeReponse", "send"]
