# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant, never_changed


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sceau',
            fields=[
                ('rang', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='rang')),
                ('empreinte', models.BinaryField(max_length=32, verbose_name='empreinte de la ligne')),
                ('chaine', models.BinaryField(max_length=32, verbose_name='empreinte de la chaîne')),
                ('scelle_le', models.DateTimeField(verbose_name='scellé le')),
                ('evenement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sceau', to='journal.evenement', verbose_name='ligne du journal')),
            ],
            options={
                'verbose_name': 'sceau du journal',
                'verbose_name_plural': 'sceaux du journal',
                'db_table': 'journal_sceau',
                'constraints': [models.CheckConstraint(condition=models.Q(('rang__gte', 1)), name='journal_sceau_rang')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        grant("journal_sceau", ouvrier=["SELECT", "INSERT"], pages=["SELECT"]),
        never_changed("journal_sceau"),
    ]
