# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0002_membres'),
    ]

    operations = [
        migrations.AddField(
            model_name='commande',
            name='architecture',
            field=models.CharField(blank=True, choices=[('simple', 'cas simple'), ('mutualisee', 'cas complexe ou mutualisé'), ('native', 'cas natif')], db_default='', max_length=20, verbose_name='architecture'),
        ),
        migrations.AddField(
            model_name='commande',
            name='nombre_ris',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='nombre de RIS'),
        ),
        migrations.AddIndex(
            model_name='commande',
            index=models.Index(fields=['architecture', '-id'], name='commande_architecture'),
        ),
    ]
