# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How every command begins and speaks: its settings, its role in the database, its answer as JSON."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from confiance.exploitation import logs
from confiance.exploitation.settings import shown
from drimbox.config import DrimboxSettings, current

Config = Annotated[Path | None, typer.Option("--config", help="Fichier de configuration ; à défaut, la variable DRIMM_CONFIG.")]


def use(config: Path | None) -> DrimboxSettings:
    """Return the settings, from this file if one is given."""
    if config is not None:
        os.environ["DRIMM_CONFIG"] = str(config.expanduser().absolute())
    return current()


def begin(config: Path | None, process: str) -> DrimboxSettings:
    """Return the settings, with Django set up under the role of a process."""
    from drimbox.process import set_up  # noqa: PLC0415 - Django is loaded only by the commands that need it

    settings = use(config)
    logs.configure("drimbox", process)
    set_up(process)
    return settings


def as_json(value: object) -> str:
    """Return settings, a dataclass or plain values as JSON; secrets of settings are only names of files."""
    plain = (
        shown(value) if isinstance(value, BaseModel) else asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    )
    return json.dumps(plain, ensure_ascii=False, indent=2, default=str)
