# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ListeEnVigueur',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('state', models.BinaryField(default=b'', verbose_name='état du lecteur')),
                ('revision', models.PositiveBigIntegerField(default=0, verbose_name='révision')),
                ('sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='empreinte')),
                ('url', models.CharField(blank=True, default='', max_length=2000, verbose_name='adresse du dernier relevé')),
                ('etag', models.CharField(blank=True, default='', max_length=200, verbose_name='étiquette du dernier relevé')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='dernier changement')),
            ],
            options={
                'verbose_name': 'Liste Blanche en vigueur',
                'verbose_name_plural': 'Liste Blanche en vigueur',
                'db_table': 'annuaire_liste_en_vigueur',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='annuaire_only_row')],
            },
        ),
        migrations.CreateModel(
            name='Releve',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='date')),
                ('result', models.CharField(choices=[('nouvelle', 'Nouvelle liste en vigueur'), ('inchangee', 'Liste inchangée'), ('refusee', 'Liste refusée'), ('injoignable', 'Liste inaccessible')], max_length=20, verbose_name='résultat')),
                ('code', models.CharField(blank=True, default='', max_length=80, verbose_name='code')),
                ('trace', models.CharField(max_length=32, verbose_name='trace')),
                ('sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='empreinte de la liste en vigueur')),
                ('domaines', models.PositiveIntegerField(default=0, verbose_name='domaines en vigueur')),
            ],
            options={
                'verbose_name': 'relevé de la Liste Blanche',
                'verbose_name_plural': 'relevés de la Liste Blanche',
                'db_table': 'annuaire_releve',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['-at'], name='annuaire_releve_at')],
            },
        ),
    ]
