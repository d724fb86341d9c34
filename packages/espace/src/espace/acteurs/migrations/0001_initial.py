# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siren', models.CharField(max_length=9, unique=True, verbose_name='SIREN')),
                ('denomination', models.CharField(blank=True, max_length=255, verbose_name='dénomination')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
            ],
            options={
                'verbose_name': 'Client',
                'verbose_name_plural': 'Clients',
                'constraints': [models.CheckConstraint(condition=models.Q(('siren__regex', '^[0-9]{9}$')), name='client_siren_forme')],
            },
        ),
        migrations.CreateModel(
            name='Operateur',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('denomination', models.CharField(max_length=255, verbose_name='dénomination')),
                ('siret', models.CharField(max_length=14, unique=True, verbose_name='SIRET')),
                ('description', models.TextField(blank=True, max_length=2000, verbose_name='description')),
                ('adresse', models.CharField(blank=True, max_length=500, verbose_name='adresse')),
                ('contact_projet', models.EmailField(blank=True, max_length=254, verbose_name='contact projet')),
                ('contact_technique', models.EmailField(blank=True, max_length=254, verbose_name='contact technique')),
                ('support_mail', models.EmailField(max_length=254, verbose_name='mail générique du support')),
                ('support_telephone', models.CharField(blank=True, max_length=30, verbose_name='téléphone du support')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('modifie_le', models.DateTimeField(verbose_name='modifié le')),
            ],
            options={
                'verbose_name': 'Opérateur',
                'verbose_name_plural': 'Opérateurs',
                'constraints': [models.CheckConstraint(condition=models.Q(('siret__regex', '^[0-9]{14}$')), name='operateur_siret_forme')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('libelle', models.CharField(max_length=255, verbose_name='libellé')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('clients', models.ManyToManyField(related_name='sites', to='acteurs.client', verbose_name='Clients')),
            ],
            options={
                'verbose_name': 'Site',
                'verbose_name_plural': 'Sites',
            },
        ),
        migrations.CreateModel(
            name='Commande',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nombre_pacs', models.PositiveSmallIntegerField(verbose_name='nombre de PACS')),
                ('cree_le', models.DateTimeField(verbose_name='créée le')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commandes', to='acteurs.operateur', verbose_name='Opérateur')),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='commande', to='acteurs.site', verbose_name='Site')),
            ],
            options={
                'verbose_name': 'Commande',
                'verbose_name_plural': 'Commandes',
                'constraints': [models.CheckConstraint(condition=models.Q(('nombre_pacs__gte', 1)), name='commande_un_pacs_au_moins')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        grant(
            "acteurs_operateur",
            pages=[
                "SELECT",
                "INSERT",
                "UPDATE (denomination, description, adresse, contact_projet, contact_technique, support_mail, support_telephone, modifie_le)",
            ],
            signataire=["SELECT"],
        ),
        grant("acteurs_client", pages=["SELECT", "INSERT"]),
        grant("acteurs_site", pages=["SELECT", "INSERT"]),
        grant("acteurs_site_clients", pages=["SELECT", "INSERT"]),
        grant("acteurs_commande", pages=["SELECT", "INSERT"]),
    ]
