# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pages keep what the DMP answered; the worker reads it to bring the images, and purges."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("recherche_dmp", "0001_initial")]

    operations = [
        grant("recherche_dmp_kos_trouve", pages="SELECT, INSERT, UPDATE, DELETE", ouvrier="SELECT, DELETE"),
    ]
