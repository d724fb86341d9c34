# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Only the worker writes to the DMP; the console sends again what a person decided to."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("depot_dmp", "0001_initial")]

    operations = [
        grant(
            "depot_dmp_envoi",
            ouvrier="SELECT, INSERT, UPDATE",
            pages="SELECT, UPDATE (state, code, attempts, next_attempt_at, built_at)",
        )
    ]
