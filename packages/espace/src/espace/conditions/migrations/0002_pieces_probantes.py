# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import uuid

import django.db.models.deletion
from django.db import migrations, models

from espace.coffre.fields import SealedField
from espace.droits import columns_never_changed, grant


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0002_membres'),
        ('conditions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PieceProbante',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('condition', models.CharField(choices=[('compte', 'Compte iSC, ou compte local à deux facteurs'), ('contrat', "Contrat d'adhésion et formulaires F101 et F102"), ('representant_legal', 'Représentant légal déclaré'), ('mandataires', 'Mandataires désignés'), ('cartes', 'Cartes du représentant légal et des administrateurs techniques'), ('referencement', 'Référencement DRIMbox en cours de validité, ou autre document probant'), ('conteneur_zed', 'Conteneur ZED attribué')], max_length=30, verbose_name='condition')),
                ('nom', models.CharField(max_length=120, verbose_name='nom du fichier')),
                ('type', models.CharField(max_length=80, verbose_name='type')),
                ('taille', models.PositiveIntegerField(verbose_name='taille en octets')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('contenu', SealedField(null=True, verbose_name='contenu')),
                ('deposee_le', models.DateTimeField(verbose_name='déposée le')),
                ('par', models.CharField(max_length=150, verbose_name='déposée par')),
                ('ecartee_le', models.DateTimeField(null=True, verbose_name='écartée le')),
                ('ecartee_par', models.CharField(blank=True, max_length=150, verbose_name='écartée par')),
                ('motif', models.CharField(blank=True, max_length=500, verbose_name='motif')),
                ('effacee_le', models.DateTimeField(null=True, verbose_name='effacée le')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces_probantes', to='acteurs.operateur', verbose_name='Opérateur')),
                ('prerequis', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='conditions.prerequis', verbose_name='prérequis')),
            ],
            options={
                'verbose_name': 'pièce probante',
                'verbose_name_plural': 'pièces probantes',
                'ordering': ('deposee_le', 'id'),
                'indexes': [models.Index(fields=['operateur', 'deposee_le'], name='piece_probante_recues')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ecartee_le__isnull', True), ('prerequis__isnull', True)), fields=('operateur', 'condition'), name='piece_probante_une_en_attente'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='piece_probante_sha256'), models.CheckConstraint(condition=models.Q(('contenu__isnull', False), ('effacee_le__isnull', False), _connector='OR'), name='piece_probante_effacee')],
            },
        ),
        grant(
            "conditions_pieceprobante",
            pages=["SELECT", "INSERT", "UPDATE (prerequis_id, contenu, ecartee_le, ecartee_par, motif, effacee_le)"],
            ouvrier=["SELECT", "UPDATE (contenu, effacee_le)"],
        ),
        # what was received stays known by its fingerprint, whoever writes
        columns_never_changed(
            "conditions_pieceprobante", "operateur_id", "condition", "nom", "type", "taille", "sha256", "deposee_le", "par"
        ),
    ]
