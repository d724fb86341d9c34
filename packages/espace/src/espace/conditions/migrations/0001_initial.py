# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.coffre.fields import SealedField
from espace.droits import grant, never_changed


_CONTENEUR = (
    "contenu, sha256, taille, attribue_par, attribue_le, annule_le, annule_par, secret, secret_expire_le, secret_lu_le, secret_lu_par"
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('acteurs', '0002_membres'),
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdministrateurTechnique',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
                ('mail', models.EmailField(max_length=254, verbose_name='adresse électronique')),
                ('nomme_par', models.CharField(max_length=150, verbose_name='nommé par')),
                ('nomme_le', models.DateTimeField(verbose_name='nommé le')),
                ('retire_par', models.CharField(blank=True, max_length=150, verbose_name='retiré par')),
                ('retire_le', models.DateTimeField(null=True, verbose_name='retiré le')),
                ('motif_retrait', models.CharField(blank=True, max_length=500, verbose_name='motif du retrait')),
                ('couple', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='administrateurs_techniques', to='registre.couplefqdn', verbose_name='couple de FQDN')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='administrateurs_techniques', to='acteurs.operateur', verbose_name='Opérateur')),
            ],
            options={
                'verbose_name': 'administrateur technique',
                'verbose_name_plural': 'administrateurs techniques',
                'constraints': [models.UniqueConstraint(condition=models.Q(('retire_le__isnull', True)), fields=('couple', 'mail'), name='administrateur_une_fois_par_couple')],
            },
        ),
        migrations.CreateModel(
            name='ConteneurZed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('demande_par', models.CharField(max_length=150, verbose_name='demandé par')),
                ('demande_le', models.DateTimeField(verbose_name='demandé le')),
                ('motif', models.CharField(blank=True, max_length=500, verbose_name='motif de la demande')),
                ('contenu', SealedField(null=True, verbose_name='conteneur scellé')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte')),
                ('taille', models.PositiveBigIntegerField(default=0, verbose_name='taille')),
                ('attribue_par', models.CharField(blank=True, max_length=150, verbose_name='attribué par')),
                ('attribue_le', models.DateTimeField(null=True, verbose_name='attribué le')),
                ('annule_le', models.DateTimeField(null=True, verbose_name='annulé le')),
                ('annule_par', models.CharField(blank=True, max_length=150, verbose_name='annulé par')),
                ('secret', SealedField(null=True, verbose_name='mot de passe scellé')),
                ('secret_expire_le', models.DateTimeField(null=True, verbose_name='secret détruit le')),
                ('secret_lu_le', models.DateTimeField(null=True, verbose_name='secret lu le')),
                ('secret_lu_par', models.CharField(blank=True, max_length=150, verbose_name='secret lu par')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conteneurs', to='acteurs.operateur', verbose_name='Opérateur')),
            ],
            options={
                'verbose_name': 'conteneur ZED',
                'verbose_name_plural': 'conteneurs ZED',
                'constraints': [models.UniqueConstraint(condition=models.Q(('annule_le__isnull', True)), fields=('operateur',), name='conteneur_un_en_vigueur')],
            },
        ),
        migrations.CreateModel(
            name='Prerequis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.CharField(choices=[('compte', 'Compte iSC, ou compte local à deux facteurs'), ('contrat', "Contrat d'adhésion et formulaires F101 et F102"), ('representant_legal', 'Représentant légal déclaré'), ('mandataires', 'Mandataires désignés'), ('cartes', 'Cartes du représentant légal et des administrateurs techniques'), ('referencement', 'Référencement DRIMbox en cours de validité, ou autre document probant'), ('conteneur_zed', 'Conteneur ZED attribué')], max_length=30, verbose_name='condition')),
                ('nature', models.CharField(choices=[('piece', 'pièce demandée'), ('autre_document', 'autre document probant')], default='piece', max_length=20, verbose_name='nature de la preuve')),
                ('preuve', models.CharField(max_length=500, verbose_name='preuve')),
                ('fait_le', models.DateField(verbose_name='date de la pièce')),
                ('valable_jusqu_au', models.DateField(blank=True, null=True, verbose_name="valable jusqu'au")),
                ('accepte_par', models.CharField(max_length=150, verbose_name='accepté par')),
                ('accepte_le', models.DateTimeField(verbose_name='accepté le')),
                ('retire_par', models.CharField(blank=True, max_length=150, verbose_name='retiré par')),
                ('retire_le', models.DateTimeField(null=True, verbose_name='retiré le')),
                ('motif_retrait', models.CharField(blank=True, max_length=500, verbose_name='motif du retrait')),
                ('operateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prerequis', to='acteurs.operateur', verbose_name='Opérateur')),
            ],
            options={
                'verbose_name': 'prérequis',
                'verbose_name_plural': 'prérequis',
                'constraints': [models.UniqueConstraint(condition=models.Q(('retire_le__isnull', True)), fields=('operateur', 'condition'), name='prerequis_un_en_vigueur')],
            },
        ),
        # what is withdrawn or void stays as it was
        never_changed("conditions_prerequis", when="OLD.retire_le IS NOT NULL"),
        never_changed("conditions_conteneurzed", when="OLD.annule_le IS NOT NULL"),
        never_changed("conditions_administrateurtechnique", when="OLD.retire_le IS NOT NULL"),
        grant("conditions_prerequis", pages=["SELECT", "INSERT", "UPDATE (retire_par, retire_le, motif_retrait)"], ouvrier=["SELECT"]),
        grant("conditions_conteneurzed", pages=["SELECT", "INSERT", f"UPDATE ({_CONTENEUR})"], ouvrier=["SELECT", "UPDATE (secret)"]),
        grant("conditions_administrateurtechnique", pages=["SELECT", "INSERT", "UPDATE (retire_par, retire_le, motif_retrait)"]),
    ]
