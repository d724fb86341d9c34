# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The floor of the ratchet outlives a state that no longer verifies."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annuaire", "0002_grants")]

    operations = [
        migrations.AddField(
            model_name="listeenvigueur",
            name="date_generation",
            field=models.DateTimeField(blank=True, null=True, verbose_name="date de génération de la liste"),
        ),
        migrations.AddField(
            model_name="listeenvigueur",
            name="signing_time",
            field=models.DateTimeField(blank=True, null=True, verbose_name="date de signature de la liste"),
        ),
    ]
