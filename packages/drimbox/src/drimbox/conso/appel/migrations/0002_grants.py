# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pages take calls and logins; the worker renews tokens and purges. The source side sees nothing of it."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("appel", "0001_initial")]

    operations = [
        grant("appel", pages="SELECT, INSERT, UPDATE (opened_at, taken_by, searched_at)", ouvrier="SELECT, DELETE"),
        grant("appel_connexion", pages="SELECT, INSERT, DELETE", ouvrier="SELECT, DELETE"),
        grant("appel_session", pages="SELECT, INSERT, UPDATE, DELETE", ouvrier="SELECT, UPDATE, DELETE"),
    ]
