# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Only the worker puts a list in force; the others read it and verify it again."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("annuaire", "0001_initial")]

    operations = [
        grant("annuaire_liste_en_vigueur", ouvrier="SELECT, INSERT, UPDATE", pages="SELECT", images="SELECT"),
        grant("annuaire_releve", ouvrier="SELECT, INSERT", pages="SELECT", images="SELECT"),
    ]
