# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Replacement, withdrawal and visibility; and the structure under whose certificates a request leaves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("depot_dmp", "0003_incomplet"), ("pointeur", "0004_remplacement_et_retrait"), ("reception", "0002_grants")]

    operations = [
        migrations.AddField(
            model_name="envoi",
            name="structure",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="structure"),
        ),
        migrations.AddField(
            model_name="envoi",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="envois",
                to="reception.messagerecu",
                verbose_name="message",
            ),
        ),
        migrations.AlterField(
            model_name="envoi",
            name="action",
            field=models.CharField(
                choices=[
                    ("publier", "Publication"),
                    ("remplacer", "Remplacement"),
                    ("retirer", "Retrait"),
                    ("visibilite", "Changement de visibilité"),
                ],
                default="publier",
                max_length=20,
                verbose_name="action",
            ),
        ),
        migrations.AlterField(
            model_name="envoi",
            name="state",
            field=models.CharField(
                choices=[
                    ("a_envoyer", "À envoyer"),
                    ("attente_dmp", "DMP injoignable, nouvel essai prévu"),
                    ("depose", "Déposé"),
                    ("refuse", "Refusé par le DMP"),
                    ("incomplet", "Incomplet : à compléter par une personne"),
                    ("fait", "Fait"),
                    ("abandonne", "Abandonné : un envoi plus récent le remplace"),
                ],
                default="a_envoyer",
                max_length=20,
                verbose_name="état",
            ),
        ),
    ]
