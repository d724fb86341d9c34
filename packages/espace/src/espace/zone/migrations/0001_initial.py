# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant

_TELL = ["UPDATE (vue_le, occurrences, fermee_le, fermee_par)"]


def first_row(apps, _editor):
    """The zone has a state before anything is published."""
    apps.get_model("zone", "EtatZone").objects.create(pk=1)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alarmes', '0001_initial'),
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemandeZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('travail', models.CharField(choices=[('comparer', 'comparer la zone au Registre'), ('reparer', 'publier de nouveau les noms qui dérivent'), ('nettoyer', 'publier de nouveau les noms qui dérivent et retirer les noms inconnus du Registre')], max_length=20, verbose_name='travail')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('demandee_le', models.DateTimeField(verbose_name='demandée le')),
                ('faite_le', models.DateTimeField(null=True, verbose_name='faite le')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='code')),
                ('detail', models.CharField(blank=True, max_length=500, verbose_name='résultat')),
            ],
            options={
                'verbose_name': 'demande à la zone',
                'verbose_name_plural': 'demandes à la zone',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('faite_le__isnull', True)), fields=['id'], name='demande_zone_en_attente')],
            },
        ),
        migrations.CreateModel(
            name='EcartZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nom', models.CharField(max_length=253, verbose_name='nom')),
                ('nature', models.CharField(choices=[('manquant', 'manquant'), ('autre', 'autre contenu'), ('etranger', 'inconnu du Registre')], max_length=20, verbose_name='nature')),
                ('attendu', models.CharField(blank=True, max_length=300, verbose_name='attendu')),
                ('trouve', models.CharField(blank=True, max_length=300, verbose_name='trouvé')),
                ('depuis', models.DateTimeField(verbose_name='depuis')),
            ],
            options={
                'verbose_name': 'écart de la zone',
                'verbose_name_plural': 'écarts de la zone',
                'ordering': ('nom',),
                'constraints': [models.UniqueConstraint(fields=('nom',), name='ecart_zone_un_par_nom')],
            },
        ),
        migrations.CreateModel(
            name='EtatZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('adaptateur', models.CharField(blank=True, max_length=20, verbose_name='adaptateur')),
                ('serial', models.PositiveBigIntegerField(default=0, verbose_name='numéro de série du primaire')),
                ('serveurs', models.JSONField(blank=True, default=list, verbose_name='serveurs de noms')),
                ('comparee_le', models.DateTimeField(null=True, verbose_name='comparée le')),
                ('essayee_le', models.DateTimeField(null=True, verbose_name='dernier essai le')),
                ('echecs', models.PositiveIntegerField(default=0, verbose_name='essais manqués de suite')),
                ('prochain_le', models.DateTimeField(null=True, verbose_name='prochain essai le')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='code')),
                ('detail', models.CharField(blank=True, max_length=500, verbose_name='précision')),
            ],
            options={
                'verbose_name': 'état de la zone',
                'verbose_name_plural': 'état de la zone',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='etat_zone_une_ligne')],
            },
        ),
        migrations.CreateModel(
            name='PublicationNom',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('etat', models.CharField(choices=[('a_publier', 'à publier'), ('publiee', 'publiée'), ('derive', 'dérive')], default='a_publier', max_length=20, verbose_name='état')),
                ('serial', models.PositiveBigIntegerField(verbose_name='numéro de série')),
                ('cible_db', models.CharField(blank=True, max_length=253, verbose_name='cible écrite du nom db')),
                ('cible_vi', models.CharField(blank=True, max_length=253, verbose_name='cible écrite du nom vi')),
                ('www', models.BooleanField(default=False, verbose_name='nom www.vi écrit')),
                ('depuis', models.DateTimeField(verbose_name='depuis')),
                ('detail', models.CharField(blank=True, max_length=500, verbose_name='précision')),
                ('couple', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication_nom', to='registre.couplefqdn', verbose_name='couple')),
            ],
            options={
                'verbose_name': "publication des noms d'un couple",
                'verbose_name_plural': 'publications des noms',
                'indexes': [models.Index(fields=['etat'], name='publication_nom_etat')],
                'constraints': [models.CheckConstraint(condition=models.Q(('etat__in', ['a_publier', 'publiee', 'derive'])), name='publication_nom_etat_connu')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        migrations.RunPython(first_row, migrations.RunPython.noop),
        grant("journal", zone=["SELECT (id)", "INSERT"]),
        grant("alarmes_alarme", zone=["SELECT", "INSERT", *_TELL]),
        grant("zone_publicationnom", zone=["SELECT", "INSERT", "UPDATE"], pages=["SELECT"], ouvrier=["SELECT"]),
        grant("zone_ecartzone", zone=["SELECT", "INSERT", "UPDATE", "DELETE"], pages=["SELECT"]),
        grant("zone_etatzone", zone=["SELECT", "UPDATE"], pages=["SELECT"]),
        grant("zone_demandezone", zone=["SELECT", "UPDATE (faite_le, code, detail)"], pages=["SELECT", "INSERT"]),
    ]
