# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('appel', '0001_initial'),
        ('recherche_dmp', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rapatriement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('demande', 'Demandé'), ('en_cours', 'En cours'), ('complet', 'Complet'), ('incomplet', 'Incomplet'), ('echoue', 'Échoué')], default='demande', max_length=20, verbose_name='état')),
                ('trace', models.CharField(max_length=32, verbose_name='trace')),
                ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='commencé le')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='fini le')),
                ('kos', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rapatriement', to='recherche_dmp.kostrouve', verbose_name='KOS')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rapatriements', to='appel.sessionprofessionnel', verbose_name='session')),
            ],
            options={
                'verbose_name': 'rapatriement',
                'verbose_name_plural': 'rapatriements',
                'db_table': 'rapatriement',
                'ordering': ['-asked_at'],
            },
        ),
        migrations.CreateModel(
            name='SerieRapatriee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='rang')),
                ('series_instance_uid', models.CharField(max_length=64, verbose_name='SeriesInstanceUID')),
                ('db', models.CharField(blank=True, default='', max_length=253, verbose_name='nom db')),
                ('state', models.CharField(choices=[('attente', 'En attente'), ('en_cours', 'En cours'), ('complete', 'Complète'), ('incomplete', 'Incomplète'), ('refusee', 'Refusée'), ('echouee', 'Échouée')], default='attente', max_length=20, verbose_name='état')),
                ('expected', models.PositiveIntegerField(verbose_name='instances attendues')),
                ('received', models.PositiveIntegerField(default=0, verbose_name='instances reçues')),
                ('stored', models.PositiveIntegerField(default=0, verbose_name='instances rangées')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='instances refusées')),
                ('bytes', models.PositiveBigIntegerField(default=0, verbose_name='octets')),
                ('http_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='statut HTTP')),
                ('code', models.CharField(blank=True, default='', max_length=80, verbose_name='code')),
                ('message', models.CharField(blank=True, default='', max_length=300, verbose_name='motif')),
                ('remede', models.CharField(blank=True, default='', max_length=300, verbose_name='remède')),
                ('peer_trace', models.CharField(blank=True, default='', max_length=64, verbose_name='trace chez la source')),
                ('rapatriement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='series', to='rapatriement.rapatriement', verbose_name='rapatriement')),
            ],
            options={
                'verbose_name': 'série rapatriée',
                'verbose_name_plural': 'séries rapatriées',
                'db_table': 'rapatriement_serie',
                'ordering': ['rapatriement', 'position'],
                'constraints': [models.UniqueConstraint(fields=('rapatriement', 'series_instance_uid'), name='rapatriement_serie_once')],
            },
        ),
    ]
