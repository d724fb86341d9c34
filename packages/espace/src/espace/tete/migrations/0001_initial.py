# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import added_only, grant, never_changed


class Migration(migrations.Migration):

    initial = True

    dependencies = [("alarmes", "0001_initial"), ("liste_blanche", "0002_publication")]

    operations = [
        migrations.CreateModel(
            name='Feuille',
            fields=[
                ('rang', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='rang')),
                ('sequence', models.PositiveIntegerField(unique=True, verbose_name='numéro de la liste')),
                ('donnees', models.BinaryField(verbose_name='données de la feuille')),
            ],
            options={
                'verbose_name': 'feuille du journal des listes',
                'verbose_name_plural': 'feuilles du journal des listes',
                'ordering': ('rang',),
            },
        ),
        migrations.CreateModel(
            name='Noeud',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('niveau', models.PositiveSmallIntegerField(verbose_name='niveau')),
                ('rang', models.PositiveBigIntegerField(verbose_name='rang')),
                ('empreinte', models.BinaryField(max_length=32, verbose_name='empreinte')),
            ],
            options={
                'verbose_name': 'nœud du journal des listes',
                'verbose_name_plural': 'nœuds du journal des listes',
                'ordering': ('niveau', 'rang'),
                'constraints': [models.UniqueConstraint(fields=('niveau', 'rang'), name='noeud_unique')],
            },
        ),
        migrations.CreateModel(
            name='Tete',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numero', models.PositiveIntegerField(unique=True, verbose_name='numéro')),
                ('sequence', models.PositiveIntegerField(verbose_name='numéro de la liste')),
                ('taille', models.PositiveBigIntegerField(verbose_name='taille du journal des listes')),
                ('charge', models.BinaryField(verbose_name='contenu signé')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 du contenu signé')),
                ('remplace', models.CharField(blank=True, max_length=64, verbose_name='jeu de clés remplacé')),
                ('this_update', models.DateTimeField(verbose_name='établie le')),
                ('next_update', models.DateTimeField(verbose_name='la suivante est attendue avant')),
                ('publiee_le', models.DateTimeField(null=True, verbose_name='publiée le')),
                ('fichier', models.BinaryField(null=True, verbose_name='fichier')),
            ],
            options={
                'verbose_name': 'tête',
                'verbose_name_plural': 'têtes',
                'ordering': ('-numero',),
                'constraints': [models.CheckConstraint(condition=models.Q(('numero__gte', 1), ('sequence__gte', 1), ('taille__gte', 1)), name='tete_nombres'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='tete_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('fichier__isnull', True), ('publiee_le__isnull', True)), models.Q(('fichier__isnull', False), ('publiee_le__isnull', False)), _connector='OR'), name='tete_publiee_complete')],
            },
        ),
        migrations.CreateModel(
            name='SignatureTete',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cle', models.CharField(max_length=80, verbose_name='clé')),
                ('protegee', models.CharField(max_length=400, verbose_name='en-tête protégé')),
                ('valeur', models.BinaryField(max_length=64, verbose_name='signature')),
                ('faite_le', models.DateTimeField(verbose_name='reçue le')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('tete', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='tete.tete', verbose_name='tête')),
            ],
            options={
                'verbose_name': 'signature de tête',
                'verbose_name_plural': 'signatures de tête',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('tete', 'cle', 'valeur'), name='signature_tete_unique')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        grant("tete_feuille", pages=["SELECT"], signataire=["SELECT", "INSERT"], temoin=["SELECT"]),
        grant("tete_noeud", pages=["SELECT"], signataire=["SELECT", "INSERT"], temoin=["SELECT"]),
        grant(
            "tete_tete", pages=["SELECT"], signataire=["SELECT", "INSERT", "UPDATE (publiee_le, fichier)"], temoin=["SELECT"], depot=["SELECT"]
        ),
        grant("tete_signaturetete", pages=["SELECT", "INSERT"], signataire=["SELECT", "INSERT"], temoin=["SELECT", "INSERT"]),
        added_only("tete_signaturetete", "pages", when="NEW.auteur NOT IN ('temoin', 'signataire')"),
        added_only("tete_signaturetete", "signataire", when="NEW.auteur = 'signataire'"),
        added_only("tete_signaturetete", "temoin", when="NEW.auteur = 'temoin'"),
        never_changed("tete_feuille"),
        never_changed("tete_noeud"),
        never_changed("tete_signaturetete"),
        never_changed("tete_tete", when="OLD.publiee_le IS NOT NULL"),
    ]
