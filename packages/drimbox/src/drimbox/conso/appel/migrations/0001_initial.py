# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import drimbox.socle.coffre.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Appel',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recu', drimbox.socle.coffre.fields.SealedField(verbose_name='appel reçu')),
                ('secret_sha256', models.CharField(max_length=64, verbose_name="empreinte de la clé d'ouverture")),
                ('received_at', models.DateTimeField(verbose_name='reçu le')),
                ('expires_at', models.DateTimeField(verbose_name='expire le')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='ouvert le')),
                ('taken_by', models.CharField(blank=True, default='', max_length=64, verbose_name='professionnel')),
                ('searched_at', models.DateTimeField(blank=True, null=True, verbose_name='DMP interrogé le')),
            ],
            options={
                'verbose_name': 'appel contextuel',
                'verbose_name_plural': 'appels contextuels',
                'db_table': 'appel',
                'ordering': ['-received_at'],
                'indexes': [models.Index(fields=['expires_at'], name='appel_expires')],
            },
        ),
        migrations.CreateModel(
            name='Connexion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('demande', drimbox.socle.coffre.fields.SealedField(verbose_name='demande')),
                ('expires_at', models.DateTimeField(verbose_name='expire le')),
                ('appel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='connexions', to='appel.appel', verbose_name='appel')),
            ],
            options={
                'verbose_name': 'connexion en cours',
                'verbose_name_plural': 'connexions en cours',
                'db_table': 'appel_connexion',
            },
        ),
        migrations.CreateModel(
            name='SessionProfessionnel',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sujet', models.CharField(max_length=64, verbose_name='identifiant national du professionnel')),
                ('contenu', drimbox.socle.coffre.fields.SealedField(verbose_name='session Pro Santé Connect')),
                ('situation', models.SmallIntegerField(default=-1, verbose_name="situation d'exercice")),
                ('created_at', models.DateTimeField(verbose_name='ouverte le')),
                ('expires_at', models.DateTimeField(verbose_name='expire le')),
            ],
            options={
                'verbose_name': "session d'un professionnel",
                'verbose_name_plural': 'sessions des professionnels',
                'db_table': 'appel_session',
                'indexes': [models.Index(fields=['expires_at'], name='appel_session_expires')],
            },
        ),
    ]
