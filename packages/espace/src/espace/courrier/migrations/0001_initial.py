# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import close_database, grant


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('acteurs', '0002_membres'),
    ]

    operations = [
        migrations.CreateModel(
            name='Courrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('evenement', models.CharField(max_length=80, verbose_name='événement')),
                ('objet', models.CharField(blank=True, max_length=300, verbose_name='objet')),
                ('destinataire', models.EmailField(max_length=254, verbose_name='destinataire')),
                ('sujet', models.CharField(max_length=200, verbose_name='sujet')),
                ('texte', models.TextField(verbose_name='texte')),
                ('html', models.TextField(verbose_name='HTML')),
                ('ephemere', models.BooleanField(default=False, verbose_name='effacé une fois envoyé')),
                ('message_id', models.CharField(max_length=300, unique=True, verbose_name='Message-ID')),
                ('etat', models.CharField(choices=[('a_envoyer', 'à envoyer'), ('envoye', 'envoyé'), ('rejete', 'rejeté par le destinataire'), ('en_echec', 'en échec')], default='a_envoyer', max_length=10, verbose_name='état')),
                ('essais', models.PositiveIntegerField(default=0, verbose_name='essais')),
                ('prochaine', models.DateTimeField(verbose_name='prochain essai')),
                ('cree_le', models.DateTimeField(verbose_name='créé le')),
                ('envoye_le', models.DateTimeField(null=True, verbose_name='envoyé le')),
                ('rejete_le', models.DateTimeField(null=True, verbose_name='rejeté le')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='code de la dernière réponse')),
                ('operateur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='courriers', to='acteurs.operateur', verbose_name='Opérateur')),
            ],
            options={
                'verbose_name': 'courrier',
                'verbose_name_plural': 'courriers',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('etat', 'a_envoyer')), fields=['prochaine'], name='courrier_a_envoyer'), models.Index(fields=['objet', '-id'], name='courrier_objet'), models.Index(fields=['etat', '-id'], name='courrier_etat')],
                'constraints': [models.CheckConstraint(condition=models.Q(('etat__in', ['a_envoyer', 'envoye', 'rejete', 'en_echec'])), name='courrier_etat_connu'), models.CheckConstraint(condition=models.Q(models.Q(('etat', 'envoye'), _negated=True), ('envoye_le__isnull', False), _connector='OR'), name='courrier_envoye_date'), models.CheckConstraint(condition=models.Q(('sujet__regex', '[\\r\\n]'), _negated=True), name='courrier_sujet_une_ligne')],
            },
        ),
        # rights are given with the tables: none ever exists without them
        close_database(),  # one role is new
        grant("django_migrations", ouvrier=["SELECT"]),
        grant("journal", ouvrier=["SELECT", "INSERT"]),
        grant("acteurs_operateur", ouvrier=["SELECT"]),
        grant("alarmes_alarme", ouvrier=["SELECT", "INSERT", "UPDATE (vue_le, occurrences, fermee_le, fermee_par)"]),
        grant(
            "courrier_courrier",
            pages=["SELECT", "INSERT", "UPDATE (etat, essais, prochaine, code)"],
            ouvrier=["SELECT", "INSERT", "UPDATE (etat, essais, prochaine, envoye_le, rejete_le, code, texte, html)"],
        ),
    ]
