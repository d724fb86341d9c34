# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models

from espace.droits import close_database, grant, never_changed

_TELL = ["UPDATE (vue_le, occurrences, fermee_le, fermee_par)"]


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Alarme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, verbose_name='code')),
                ('objet', models.CharField(blank=True, max_length=300, verbose_name='objet')),
                ('message', models.CharField(max_length=500, verbose_name='message')),
                ('remede', models.CharField(blank=True, max_length=500, verbose_name='remède')),
                ('depuis', models.DateTimeField(verbose_name='depuis')),
                ('vue_le', models.DateTimeField(verbose_name='vue la dernière fois le')),
                ('occurrences', models.PositiveIntegerField(default=1, verbose_name='nombre de fois')),
                ('fermee_le', models.DateTimeField(null=True, verbose_name='fermée le')),
                ('fermee_par', models.CharField(blank=True, max_length=150, verbose_name='fermée par')),
            ],
            options={
                'verbose_name': 'alarme',
                'verbose_name_plural': 'alarmes',
                'ordering': ('-depuis', '-id'),
                'indexes': [models.Index(fields=['-depuis'], name='alarme_depuis')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('fermee_le__isnull', True)), fields=('code', 'objet'), name='alarme_ouverte_une_fois'), models.CheckConstraint(condition=models.Q(models.Q(('fermee_le__isnull', True), ('fermee_par', '')), models.Q(('fermee_le__isnull', False), models.Q(('fermee_par', ''), _negated=True)), _connector='OR'), name='alarme_fermee_par_quelqu_un')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        close_database(),  # two roles are new
        grant("journal", temoin=["SELECT", "INSERT"], depot=["SELECT", "INSERT"]),
        grant("django_migrations", temoin=["SELECT"], depot=["SELECT"]),
        grant(
            "alarmes_alarme",
            pages=["SELECT", "UPDATE (fermee_le, fermee_par)"],
            signataire=["SELECT", "INSERT", *_TELL],
            temoin=["SELECT", "INSERT", *_TELL],
            depot=["SELECT", "INSERT", *_TELL],
        ),
        never_changed("alarmes_alarme", when="OLD.fermee_le IS NOT NULL"),
    ]
