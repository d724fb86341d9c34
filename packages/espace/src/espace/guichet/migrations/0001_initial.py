# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.contrib.postgres.fields
import django.db.models.deletion
import espace.coffre.fields
import uuid
from django.db import migrations, models

from espace.droits import grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('acteurs', '0002_membres'),
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Compteur',
            fields=[
                ('annee', models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name='année')),
                ('dernier', models.PositiveIntegerField(default=0, verbose_name='dernier numéro')),
            ],
            options={
                'verbose_name': 'compteur de dossiers',
                'verbose_name_plural': 'compteurs de dossiers',
            },
        ),
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.CharField(max_length=20, unique=True, verbose_name='numéro')),
                ('parcours', models.CharField(max_length=20, verbose_name='parcours')),
                ('etat', models.CharField(max_length=30, verbose_name='état')),
                ('donnees', models.JSONField(blank=True, default=dict, verbose_name='données')),
                ('jeton', models.UUIDField(default=uuid.uuid4, unique=True, verbose_name='jeton du formulaire')),
                ('cree_par', models.CharField(max_length=150, verbose_name='créé par')),
                ('agent', models.CharField(blank=True, max_length=150, verbose_name='agent')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('modifie_le', models.DateTimeField(verbose_name='modifié le')),
                ('depose_le', models.DateTimeField(blank=True, null=True, verbose_name='déposé le')),
                ('echeance', models.DateTimeField(blank=True, null=True, verbose_name='échéance')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('commande', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='acteurs.commande', verbose_name='Commande')),
                ('couple', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='registre.couplefqdn', verbose_name='couple')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='acteurs.operateur', verbose_name='Opérateur')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suites', to='guichet.dossier', verbose_name="dossier d'origine")),
            ],
            options={
                'verbose_name': 'dossier',
                'verbose_name_plural': 'dossiers',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Etape',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, max_length=30, verbose_name='de')),
                ('to_state', models.CharField(max_length=30, verbose_name='à')),
                ('verb', models.CharField(max_length=30, verbose_name='décision')),
                ('acteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('qui', models.CharField(max_length=10, verbose_name='qualité')),
                ('motif', models.TextField(blank=True, verbose_name='motif')),
                ('motifs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='motifs de refus')),
                ('at', models.DateTimeField(verbose_name='instant')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='etapes', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'étape',
                'verbose_name_plural': 'étapes',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('qui', models.CharField(max_length=10, verbose_name='qualité')),
                ('texte', models.TextField(max_length=4000, verbose_name='texte')),
                ('at', models.DateTimeField(verbose_name='instant')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Piece',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('nature', models.CharField(choices=[('cgi', "Conditions Générales d'Intégration signées"), ('document_va', 'document de VA'), ('autre', 'autre pièce')], max_length=20, verbose_name='nature')),
                ('nom', models.CharField(max_length=120, verbose_name='nom du fichier')),
                ('type', models.CharField(max_length=80, verbose_name='type')),
                ('taille', models.PositiveIntegerField(verbose_name='taille en octets')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('contenu', espace.coffre.fields.SealedField(null=True, verbose_name='contenu')),
                ('deposee_le', models.DateTimeField(verbose_name='déposée le')),
                ('par', models.CharField(max_length=150, verbose_name='déposée par')),
                ('remplacee_le', models.DateTimeField(blank=True, null=True, verbose_name='remplacée le')),
                ('purgee_le', models.DateTimeField(blank=True, null=True, verbose_name='purgée le')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'pièce',
                'verbose_name_plural': 'pièces',
                'ordering': ('deposee_le', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Rappel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('evenement', models.CharField(max_length=60, verbose_name='événement')),
                ('echeance', models.DateTimeField(verbose_name='échéance rappelée')),
                ('envoye_le', models.DateTimeField(verbose_name='envoyé le')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rappels', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'rappel',
                'verbose_name_plural': 'rappels',
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tour', models.PositiveIntegerField(verbose_name='version examinée')),
                ('rang', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('sujet', models.CharField(blank=True, max_length=253, verbose_name='sujet')),
                ('libelle', models.CharField(max_length=200, verbose_name='libellé')),
                ('verdict', models.CharField(choices=[('conforme', 'conforme'), ('a_verifier', 'à vérifier'), ('non_conforme', 'non conforme'), ('en_attente', 'en attente')], max_length=20, verbose_name='verdict')),
                ('detail', models.CharField(blank=True, max_length=500, verbose_name='détail')),
                ('interne', models.BooleanField(default=False, verbose_name='réservée aux agents')),
                ('at', models.DateTimeField(verbose_name='instant')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='guichet.dossier', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'vérification',
                'verbose_name_plural': 'vérifications',
                'ordering': ('tour', 'rang', 'id'),
            },
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['operateur', '-id'], name='dossier_operateur'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['etat', 'echeance'], name='dossier_etat_echeance'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['parcours', 'etat'], name='dossier_parcours_etat'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('numero__regex', '^DM-[0-9]{4}-[0-9]{6}$')), name='dossier_numero_forme'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('parcours__regex', '^[a-z_]+$')), name='dossier_parcours_forme'),
        ),
        migrations.AddIndex(
            model_name='etape',
            index=models.Index(fields=['dossier', 'id'], name='etape_dossier'),
        ),
        migrations.AddConstraint(
            model_name='piece',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='piece_sha256_forme'),
        ),
        migrations.AddConstraint(
            model_name='piece',
            constraint=models.CheckConstraint(condition=models.Q(('contenu__isnull', False), ('purgee_le__isnull', False), _connector='OR'), name='piece_vide_purgee'),
        ),
        migrations.AddConstraint(
            model_name='rappel',
            constraint=models.UniqueConstraint(fields=('dossier', 'evenement', 'echeance'), name='rappel_unique'),
        ),
        migrations.AddIndex(
            model_name='verification',
            index=models.Index(fields=['verdict'], name='verification_verdict'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(fields=('dossier', 'tour', 'rang'), name='verification_unique'),
        ),
        # rights are given with the tables: none ever exists without them
        grant("guichet_compteur", pages=["SELECT", "INSERT", "UPDATE (dernier)"], ouvrier=["SELECT", "INSERT", "UPDATE (dernier)"]),
        grant(
            "guichet_dossier",
            pages=[
                "SELECT",
                "INSERT",
                "UPDATE (etat, couple_id, commande_id, donnees, agent, modifie_le, depose_le, echeance, version)",
            ],
            ouvrier=["SELECT", "INSERT", "UPDATE (etat, modifie_le, echeance, version)"],
        ),
        grant("guichet_piece", pages=["SELECT", "INSERT", "UPDATE (remplacee_le)"], ouvrier=["SELECT", "UPDATE (contenu, purgee_le)"]),
        grant("guichet_etape", pages=["SELECT", "INSERT"], ouvrier=["SELECT", "INSERT"]),
        grant("guichet_message", pages=["SELECT", "INSERT"], ouvrier=["SELECT"]),
        grant("guichet_verification", pages=["SELECT", "INSERT"], ouvrier=["SELECT", "UPDATE (verdict, detail, at)"]),
        grant("guichet_rappel", pages=["SELECT"], ouvrier=["SELECT", "INSERT"]),
        never_changed("guichet_etape"),
        never_changed("guichet_message"),
    ]
