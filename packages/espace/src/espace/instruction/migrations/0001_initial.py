# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('guichet', '0001_initial'),
        ('liste_blanche', '0003_temoin_demandes'),
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Exclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('motif', models.CharField(choices=[('indisponibilite', 'indisponibilité'), ('cyber', 'incident de cybersécurité'), ('va_en_retard', 'document de VA en retard'), ('sanction', 'sanction')], max_length=20, verbose_name='motif')),
                ('expose', models.TextField(max_length=4000, verbose_name='exposé des motifs')),
                ('remediation_le', models.DateTimeField(blank=True, null=True, verbose_name='fin du délai de remédiation')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('prononcee_le', models.DateTimeField(verbose_name='prononcée le')),
                ('couple', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='registre.couplefqdn', verbose_name='couple')),
                ('dossier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'exclusion',
                'verbose_name_plural': 'exclusions',
                'ordering': ('-prononcee_le', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('expose', ''), _negated=True), name='exclusion_motivee')],
            },
        ),
        grant("instruction_exclusion", pages=["SELECT", "INSERT"], ouvrier=["SELECT"]),
        never_changed("instruction_exclusion"),
        # what the process ouvrier reads to see that names and lists are published, and to whom a mail goes
        grant("acteurs_operateur", ouvrier=["SELECT"]),
        grant("acteurs_membre", ouvrier=["SELECT"]),
        grant("auth_user", ouvrier=["SELECT (id, email, is_active)"]),  # an address, never a password
        grant("acteurs_commande", ouvrier=["SELECT"]),
        grant("acteurs_site", ouvrier=["SELECT"]),
        grant("registre_idregistre", ouvrier=["SELECT"]),
        grant("registre_pacs", ouvrier=["SELECT"]),
        grant("registre_couplefqdn", ouvrier=["SELECT"]),
        grant("registre_drimbox", ouvrier=["SELECT"]),
        grant("liste_blanche_publication", ouvrier=["SELECT"]),
        grant("liste_blanche_demande", ouvrier=["SELECT"]),
    ]
