# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cible',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depuis', models.DateTimeField(verbose_name='depuis')),
                ('jusqu_a', models.DateTimeField(blank=True, null=True, verbose_name="jusqu'à")),
                ('couple', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cibles', to='registre.couplefqdn', verbose_name='couple')),
            ],
            options={
                'verbose_name': 'cible de la Météo',
                'verbose_name_plural': 'cibles de la Météo',
                'ordering': ('-depuis', '-id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('jusqu_a__isnull', True)), fields=('couple',), name='cible_une_ouverte'), models.CheckConstraint(condition=models.Q(('jusqu_a__isnull', True), ('jusqu_a__gte', models.F('depuis')), _connector='OR'), name='cible_ordre')],
            },
        ),
        grant("meteo_cible", pages=["SELECT", "INSERT", "UPDATE (jusqu_a)"], ouvrier=["SELECT"]),
    ]
