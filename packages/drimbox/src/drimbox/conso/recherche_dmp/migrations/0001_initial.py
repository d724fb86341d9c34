# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import drimbox.socle.coffre.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('appel', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KosTrouve',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sop_instance_uid', models.CharField(max_length=64, verbose_name='SOPInstanceUID')),
                ('fiche', drimbox.socle.coffre.fields.SealedField(verbose_name='fiche du DMP')),
                ('contenu', drimbox.socle.coffre.fields.SealedField(default=b'', verbose_name='objet DICOM')),
                ('code', models.CharField(blank=True, default='', max_length=80, verbose_name='code')),
                ('found_at', models.DateTimeField(verbose_name='trouvé le')),
                ('appel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kos', to='appel.appel', verbose_name='appel')),
            ],
            options={
                'verbose_name': 'KOS trouvé',
                'verbose_name_plural': 'KOS trouvés',
                'db_table': 'recherche_dmp_kos_trouve',
                'constraints': [models.UniqueConstraint(fields=('appel', 'sop_instance_uid'), name='recherche_dmp_kos_once')],
            },
        ),
    ]
