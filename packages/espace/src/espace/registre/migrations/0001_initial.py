# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models

from espace.droits import grant, never_changed



def first_serial(apps, _editor):
    """The zone has a serial number before it has names."""
    apps.get_model("registre", "SerieZone").objects.create(pk=1, serial=1, modifie_le=datetime(2026, 1, 1, tzinfo=UTC))



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('acteurs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdRegistre',
            fields=[
                ('label', models.CharField(max_length=63, primary_key=True, serialize=False, verbose_name='ID_Registre')),
                ('attribue_le', models.DateTimeField(verbose_name='attribué le')),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='id_registre', to='acteurs.site', verbose_name='Site')),
            ],
            options={
                'verbose_name': 'ID_Registre',
                'verbose_name_plural': 'ID_Registre',
            },
        ),
        migrations.CreateModel(
            name='CoupleFqdn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='numéro')),
                ('db', models.CharField(max_length=253, unique=True, verbose_name='nom de la DRIMbox')),
                ('vi', models.CharField(max_length=253, unique=True, verbose_name='nom de la visionneuse')),
                ('tri', models.CharField(editable=False, max_length=80)),
                ('recherche', models.TextField(editable=False)),
                ('attribue_le', models.DateTimeField(verbose_name='attribué le')),
                ('modifie_le', models.DateTimeField(verbose_name='modifié le')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='couples', to='acteurs.operateur', verbose_name='Opérateur')),
                ('id_registre', models.ForeignKey(db_column='id_registre', on_delete=django.db.models.deletion.PROTECT, related_name='couples', to='registre.idregistre', verbose_name='ID_Registre')),
            ],
            options={
                'verbose_name': 'couple de FQDN',
                'verbose_name_plural': 'couples de FQDN',
                'ordering': ('tri', 'number'),
            },
        ),
        migrations.CreateModel(
            name='NomAttribue',
            fields=[
                ('fqdn', models.CharField(max_length=253, primary_key=True, serialize=False, verbose_name='nom')),
                ('attribue_le', models.DateTimeField(verbose_name='attribué le')),
                ('couple', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='noms', to='registre.couplefqdn', verbose_name='couple')),
            ],
            options={
                'verbose_name': 'nom attribué',
                'verbose_name_plural': 'noms attribués',
            },
        ),
        migrations.CreateModel(
            name='Pacs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rang', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('libelle', models.CharField(blank=True, max_length=255, verbose_name='libellé')),
                ('hote_db', models.CharField(max_length=253, verbose_name='hôte de la DRIMbox')),
                ('hote_vi', models.CharField(max_length=253, verbose_name='hôte de la visionneuse')),
                ('commande', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pacs', to='acteurs.commande', verbose_name='Commande')),
            ],
            options={
                'verbose_name': 'PACS',
                'verbose_name_plural': 'PACS',
            },
        ),
        migrations.AddField(
            model_name='couplefqdn',
            name='pacs',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='couple', to='registre.pacs', verbose_name='PACS'),
        ),
        migrations.CreateModel(
            name='SerieZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveBigIntegerField(verbose_name='numéro de série')),
                ('modifie_le', models.DateTimeField(verbose_name='modifié le')),
            ],
            options={
                'verbose_name': 'numéro de série de la zone',
                'verbose_name_plural': 'numéro de série de la zone',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='serie_zone_une_ligne')],
            },
        ),
        migrations.CreateModel(
            name='Drimbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identifiant', models.PositiveIntegerField(blank=True, null=True, verbose_name='identifiant DRIM-M')),
                ('dn_serv_ssl', models.CharField(blank=True, max_length=1000, verbose_name='DN du certificat SERV_SSL')),
                ('statut', models.CharField(choices=[('declaree', 'déclarée'), ('provisoire', 'provisoire'), ('active', 'active'), ('a_basculer', 'à basculer'), ('exclue', 'exclue'), ('retiree', 'retirée')], default='declaree', max_length=20, verbose_name='statut')),
                ('motif', models.CharField(blank=True, choices=[('indisponibilite', 'indisponibilité'), ('cyber', 'incident de cybersécurité'), ('va_en_retard', 'document de VA en retard'), ('sanction', 'sanction')], max_length=20, verbose_name="motif d'exclusion")),
                ('cree_le', models.DateTimeField(verbose_name='créée le')),
                ('modifie_le', models.DateTimeField(verbose_name='modifiée le')),
                ('couple', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='drimbox', to='registre.couplefqdn', verbose_name='couple')),
            ],
            options={
                'verbose_name': 'DRIMbox',
                'verbose_name_plural': 'DRIMbox',
                'indexes': [models.Index(fields=['statut'], name='drimbox_statut')],
                'constraints': [models.CheckConstraint(condition=models.Q(('statut__in', ['declaree', 'provisoire', 'active', 'a_basculer', 'exclue', 'retiree'])), name='drimbox_statut_connu'), models.CheckConstraint(condition=models.Q(('statut__in', ['declaree', 'retiree']), models.Q(models.Q(('dn_serv_ssl', ''), _negated=True), ('identifiant__gte', 1)), _connector='OR'), name='drimbox_integree_complete'), models.CheckConstraint(condition=models.Q(models.Q(('statut', 'exclue'), _negated=True), models.Q(('motif', ''), _negated=True), _connector='OR'), name='drimbox_exclue_motivee')],
            },
        ),
        migrations.AddConstraint(
            model_name='idregistre',
            constraint=models.CheckConstraint(condition=models.Q(('label__regex', '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')), name='id_registre_ldh'),
        ),
        migrations.AddConstraint(
            model_name='pacs',
            constraint=models.UniqueConstraint(fields=('commande', 'rang'), name='pacs_rang_unique'),
        ),
        migrations.AddIndex(
            model_name='couplefqdn',
            index=models.Index(fields=['tri', 'number'], name='couple_tri'),
        ),
        migrations.AddConstraint(
            model_name='couplefqdn',
            constraint=models.UniqueConstraint(fields=('id_registre', 'number'), name='couple_unique'),
        ),
        migrations.AddConstraint(
            model_name='couplefqdn',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='couple_numero_des_1'),
        ),
        # rights are given with the tables: none ever exists without them
        migrations.RunPython(first_serial, migrations.RunPython.noop),
        grant("registre_idregistre", pages=["SELECT", "INSERT"]),
        grant("registre_nomattribue", pages=["SELECT", "INSERT"]),
        grant("registre_pacs", pages=["SELECT", "INSERT", "UPDATE (libelle, hote_db, hote_vi)"], zone=["SELECT"]),
        grant(
            "registre_couplefqdn",
            pages=["SELECT", "INSERT", "UPDATE (operateur_id, recherche, modifie_le)"],
            signataire=["SELECT"],
            zone=["SELECT"],
        ),
        grant(
            "registre_drimbox",
            pages=["SELECT", "INSERT", "UPDATE (identifiant, dn_serv_ssl, statut, motif, modifie_le)"],
            signataire=["SELECT"],
            zone=["SELECT"],
        ),
        grant("registre_seriezone", pages=["SELECT", "UPDATE"], zone=["SELECT"]),
        never_changed("registre_idregistre"),
        never_changed("registre_nomattribue"),
    ]
