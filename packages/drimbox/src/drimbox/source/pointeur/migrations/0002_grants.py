# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Only the worker makes exams and pointers; the console moves an exam on a person's decision; images only reads."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0001_initial")]

    operations = [
        grant(
            "pointeur_examen",
            ouvrier="SELECT, INSERT, UPDATE",
            pages="SELECT, UPDATE (state, code, attempts, next_attempt_at, changed_at)",
            images="SELECT",
        ),
        grant("pointeur_kos", ouvrier="SELECT, INSERT, UPDATE (state, ended_at)", pages="SELECT", images="SELECT"),
    ]
