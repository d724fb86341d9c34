# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('acteurs', '0002_membres'),
        ('guichet', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.CharField(max_length=20, unique=True, verbose_name='numéro')),
                ('demande', models.CharField(max_length=20, verbose_name='numéro de la demande')),
                ('noms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), size=None, verbose_name='noms')),
                ('demandee_le', models.DateTimeField(verbose_name='demandée le')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='guichet.dossier', verbose_name='dossier')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='acteurs.operateur', verbose_name='Opérateur')),
            ],
            options={
                'verbose_name': 'attestation de délégation',
                'verbose_name_plural': 'attestations de délégation',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Revocation',
            fields=[
                ('attestation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='revocation', serialize=False, to='attestation.attestation', verbose_name='attestation')),
                ('motif', models.CharField(max_length=500, verbose_name='motif')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('revoquee_le', models.DateTimeField(verbose_name='révoquée le')),
            ],
            options={
                'verbose_name': "révocation d'attestation",
                'verbose_name_plural': "révocations d'attestations",
                'constraints': [models.CheckConstraint(condition=models.Q(('motif', ''), _negated=True), name='attestation_revocation_motivee')],
            },
        ),
        migrations.CreateModel(
            name='Scellee',
            fields=[
                ('attestation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='scellee', serialize=False, to='attestation.attestation', verbose_name='attestation')),
                ('pdf', models.BinaryField(verbose_name='PDF')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                ('signataire', models.CharField(max_length=500, verbose_name='DN du signataire')),
                ('scellee_le', models.DateTimeField(verbose_name='scellée le')),
            ],
            options={
                'verbose_name': 'attestation scellée',
                'verbose_name_plural': 'attestations scellées',
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='attestation_sha256')],
            },
        ),
        migrations.AddConstraint(
            model_name='attestation',
            constraint=models.CheckConstraint(condition=models.Q(('numero__regex', '^AD-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}$')), name='attestation_numero'),
        ),
        # rights are given with the tables: none ever exists without them
        grant("attestation_attestation", pages=["SELECT", "INSERT"], ouvrier=["SELECT", "INSERT"], signataire=["SELECT"]),
        grant("attestation_scellee", pages=["SELECT"], ouvrier=["SELECT"], signataire=["SELECT", "INSERT"]),
        grant("attestation_revocation", pages=["SELECT", "INSERT"], ouvrier=["SELECT"], signataire=["SELECT"]),
        never_changed("attestation_attestation"),
        never_changed("attestation_scellee"),
        never_changed("attestation_revocation"),
    ]
