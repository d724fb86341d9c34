# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.contrib.postgres.fields
from django.db import migrations, models

from espace.droits import close_database, grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Evenement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='instant')),
                ('event', models.CharField(max_length=80, verbose_name='événement')),
                ('process', models.CharField(max_length=40, verbose_name='processus')),
                ('auteur', models.CharField(blank=True, max_length=150, verbose_name='auteur')),
                ('objet', models.CharField(blank=True, max_length=300, verbose_name='objet')),
                ('trace', models.CharField(blank=True, max_length=32, verbose_name='trace')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='code')),
                ('modifies', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None, verbose_name='champs modifiés')),
                ('fields', models.JSONField(blank=True, default=dict, verbose_name='précisions')),
            ],
            options={
                'verbose_name': 'ligne du journal',
                'verbose_name_plural': 'journal',
                'db_table': 'journal',
                'ordering': ('-at', '-id'),
                'indexes': [models.Index(fields=['objet', '-at'], name='journal_objet'), models.Index(fields=['-at'], name='journal_at'), models.Index(condition=models.Q(('trace', ''), _negated=True), fields=['trace'], name='journal_trace')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        close_database(),
        grant("journal", pages=["SELECT", "INSERT"], signataire=["SELECT", "INSERT"]),
        never_changed("journal"),
    ]
