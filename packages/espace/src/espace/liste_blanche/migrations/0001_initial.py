# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Demande',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('demandee_le', models.DateTimeField(verbose_name='demandée le')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
            ],
            options={
                'verbose_name': 'demande de publication',
                'verbose_name_plural': 'demandes de publication',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('etat', models.CharField(choices=[('demandee', 'demandée'), ('compilee', 'compilée'), ('signee', 'signée'), ('relue', 'relue'), ('publiee', 'publiée'), ('refusee', 'refusée')], default='demandee', max_length=10, verbose_name='état')),
                ('prise_le', models.DateTimeField(verbose_name='prise en charge le')),
                ('terminee_le', models.DateTimeField(null=True, verbose_name='terminée le')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='code du refus')),
                ('sequence', models.PositiveIntegerField(null=True, unique=True, verbose_name='numéro')),
                ('date_generation', models.DateTimeField(null=True, unique=True, verbose_name='date de génération')),
                ('signing_time', models.DateTimeField(null=True, verbose_name='heure de signature')),
                ('signataire', models.CharField(blank=True, max_length=1000, verbose_name='signataire')),
                ('signataire_expire_le', models.DateTimeField(null=True, verbose_name='fin de validité du signataire')),
                ('domaines', models.PositiveIntegerField(null=True, verbose_name='nombre de domaines')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('contenu', models.BinaryField(null=True, verbose_name='fichier')),
                ('demande', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='liste_blanche.demande', verbose_name='demande')),
            ],
            options={
                'verbose_name': 'publication',
                'verbose_name_plural': 'publications',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('etat__in', ['demandee', 'compilee', 'signee', 'relue', 'publiee', 'refusee'])), name='publication_etat_connu'), models.CheckConstraint(condition=models.Q(models.Q(('etat', 'publiee'), _negated=True), models.Q(('contenu__isnull', False), ('date_generation__isnull', False), ('sequence__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('signing_time__isnull', False), ('terminee_le__isnull', False)), _connector='OR'), name='publication_publiee_complete'), models.CheckConstraint(condition=models.Q(('etat', 'publiee'), models.Q(('contenu__isnull', True), ('date_generation__isnull', True), ('sequence__isnull', True)), _connector='OR'), name='publication_vide_avant'), models.CheckConstraint(condition=models.Q(models.Q(('etat', 'refusee'), _negated=True), models.Q(('code', ''), _negated=True), _connector='OR'), name='publication_refusee_motivee')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        grant("liste_blanche_demande", pages=["SELECT", "INSERT"], signataire=["SELECT"]),
        grant("liste_blanche_publication", pages=["SELECT"], signataire=["SELECT", "INSERT", "UPDATE"]),
        never_changed("liste_blanche_demande"),
        never_changed("liste_blanche_publication", when="OLD.etat IN ('publiee', 'refusee')"),
    ]
