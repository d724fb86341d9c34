# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS for the banc: a simulator on pynetdicom, and the launcher of a real Orthanc where it is installed."""

from banc.pacs.simulator import PacsSimulator

__all__ = ["PacsSimulator"]
