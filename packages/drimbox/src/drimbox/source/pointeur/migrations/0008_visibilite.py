# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From whom an exam is hidden is kept with it: no single message tells it once another one may not lift it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0007_sceller")]

    operations = [migrations.AddField("examen", "visibilite", models.JSONField(blank=True, null=True, verbose_name="caché à"))]
