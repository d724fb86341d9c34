# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An OpenID provider in the shape of Pro Santé Connect, for the banc: its own document name, its claims, its lives of tokens, its refusals.

``create_app(config)`` gives the application; who serves it brings TLS. Two instances with other issuers and keys are two worlds: a token of
one is unknown to the other.
"""

from banc.psc.app import create_app
from banc.psc.config import ClientPsc, PscConfig, PscLives
from banc.psc.pilot import LoginFailedError, login
from banc.psc.professionnels import TEST_PROFESSIONNELS, ProfessionnelTest
from banc.psc.server import served

__all__ = [
    "TEST_PROFESSIONNELS",
    "ClientPsc",
    "LoginFailedError",
    "ProfessionnelTest",
    "PscConfig",
    "PscLives",
    "create_app",
    "login",
    "served",
]
