# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import added_only, grant, never_changed


class Migration(migrations.Migration):

    dependencies = [
        ("alarmes", "0001_initial"),
        ('liste_blanche', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approbation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('avis', models.CharField(choices=[('approuve', 'approuvée'), ('rejete', 'rejetée')], max_length=10, verbose_name='avis')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('demandeur', models.CharField(max_length=150, verbose_name='auteur de la demande')),
                ('lignes_sha256', models.CharField(max_length=64, verbose_name='SHA-256 des lignes')),
                ('donnee_le', models.DateTimeField(verbose_name='donnée le')),
            ],
            options={
                'verbose_name': 'approbation',
                'verbose_name_plural': 'approbations',
                'ordering': ('-id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='publication',
            name='publication_etat_connu',
        ),
        migrations.AddField(
            model_name='demande',
            name='origine',
            field=models.CharField(choices=[('personne', 'demandée par une personne'), ('exclusion', "exclusion d'une DRIMbox"), ('quotidienne', 'nouvelle signature quotidienne')], db_default='personne', default='personne', max_length=12, verbose_name='origine'),
        ),
        migrations.AddField(
            model_name='demande',
            name='retrait_massif',
            field=models.BooleanField(db_default=False, default=False, verbose_name='retrait massif confirmé'),
        ),
        migrations.AddField(
            model_name='publication',
            name='ajouts',
            field=models.PositiveIntegerField(null=True, verbose_name='lignes ajoutées'),
        ),
        migrations.AddField(
            model_name='publication',
            name='lignes_sha256',
            field=models.CharField(blank=True, db_default='', max_length=64, verbose_name='SHA-256 des lignes'),
        ),
        migrations.AddField(
            model_name='publication',
            name='modifications',
            field=models.PositiveIntegerField(null=True, verbose_name='lignes modifiées'),
        ),
        migrations.AddField(
            model_name='publication',
            name='retraits',
            field=models.PositiveIntegerField(null=True, verbose_name='lignes retirées'),
        ),
        migrations.AlterField(
            model_name='publication',
            name='etat',
            field=models.CharField(choices=[('demandee', 'demandée'), ('compilee', 'compilée'), ('signee', 'signée'), ('relue', 'relue'), ('attente', 'à approuver'), ('publiee', 'publiée'), ('refusee', 'refusée')], default='demandee', max_length=10, verbose_name='état'),
        ),
        migrations.AddConstraint(
            model_name='demande',
            constraint=models.CheckConstraint(condition=models.Q(('origine__in', ['personne', 'exclusion', 'quotidienne'])), name='demande_origine_connue'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('etat__in', ['demandee', 'compilee', 'signee', 'relue', 'attente', 'publiee', 'refusee'])), name='publication_etat_connu'),
        ),
        migrations.AddField(
            model_name='approbation',
            name='demande',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='approbation', to='liste_blanche.demande', verbose_name='demande'),
        ),
        migrations.AddConstraint(
            model_name='approbation',
            constraint=models.CheckConstraint(condition=models.Q(('avis__in', ['approuve', 'rejete'])), name='approbation_avis_connu'),
        ),
        migrations.AddConstraint(
            model_name='approbation',
            constraint=models.CheckConstraint(condition=models.Q(('auteur', models.F('demandeur')), _negated=True), name='approbation_par_un_autre'),
        ),
        # rights are given with the tables: none ever exists without them
        grant("liste_blanche_approbation", pages=["SELECT", "INSERT"], signataire=["SELECT"]),
        never_changed("liste_blanche_approbation"),
        grant("liste_blanche_demande", signataire=["INSERT"]),
        added_only("liste_blanche_demande", "signataire", when="NEW.origine = 'quotidienne' AND NOT NEW.retrait_massif"),
        grant("liste_blanche_publication", temoin=["SELECT"], depot=["SELECT"]),
    ]
