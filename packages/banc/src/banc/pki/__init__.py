# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PKI of the banc: same hierarchy, names, products and extensions as IGC-Santé, under an organisation that is plainly a test one."""

from banc.pki.authority import Authority
from banc.pki.build import build
from banc.pki.plan import DrimboxPlan, MarketPlan, OrganisationPlan, PkiPlan
from banc.pki.store import Issued, Misfits, Pki, PkiError

__all__ = ["Authority", "DrimboxPlan", "Issued", "MarketPlan", "Misfits", "OrganisationPlan", "Pki", "PkiError", "PkiPlan", "build"]
