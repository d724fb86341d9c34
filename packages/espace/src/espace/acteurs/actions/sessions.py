# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Ending the sessions of an account, whoever holds them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from espace.journal.actions import record


@transaction.atomic
def end_sessions(user: User, *, auteur: str, now: datetime) -> int:
    """End every session of an account; return how many there were.

    A session does not say whose it is but in its sealed words: all those that still run are read.

    Args:
        user: the account.
        auteur: login of who acts.
        now: aware instant.
    """
    running = Session.objects.filter(expire_date__gt=now)
    mine = [one.session_key for one in running.iterator() if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(session_key__in=mine).delete()
    if mine:
        record("acteurs:compte:sessions_ended", auteur=auteur, objet=f"compte:{user.get_username()}", count=len(mine))
    return len(mine)
