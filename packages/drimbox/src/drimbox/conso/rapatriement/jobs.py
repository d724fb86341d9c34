# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Bringing images, put off to the worker."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from drimbox.conso.rapatriement.actions import RAPATRIER
from drimbox.conso.rapatriement.conduite import conduct
from drimbox.socle.jobs.actions import QUEUE_CONSO
from drimbox.socle.jobs.retry import NeverGiveUp


@app.task(name=RAPATRIER, queue=QUEUE_CONSO, retry=NeverGiveUp())
def rapatrier(rapatriement_id: str) -> None:
    """Bring the images of one KOS into the local PACS."""
    conduct(settings.DRIMBOX, UUID(rapatriement_id))
