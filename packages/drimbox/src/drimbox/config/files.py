# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings that name files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from confiance.exploitation.settings import SecretFile, Section

File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Certificate(Section):
    """A certificate (with its chain) and its key, PEM files."""

    certificate: File = Field(description="Certificat PEM, suivi de sa chaîne.")
    key: SecretFile = Field(description="Clé privée PEM, fichier 0600.")
