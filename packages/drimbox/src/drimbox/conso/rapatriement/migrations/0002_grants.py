# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pages ask for images; only the worker tells what arrived."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("rapatriement", "0001_initial")]

    operations = [
        grant("rapatriement", pages="SELECT, INSERT, UPDATE (state, session_id, asked_at, trace)", ouvrier="SELECT, UPDATE, DELETE"),
        grant("rapatriement_serie", pages="SELECT, INSERT", ouvrier="SELECT, UPDATE, DELETE"),
    ]
