# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An exam whose deposit cannot be written is not one that the DMP refused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0002_grants")]

    operations = [
        migrations.AlterField(
            model_name="examen",
            name="state",
            field=models.CharField(
                choices=[
                    ("a_traiter", "À traiter"),
                    ("attente_images", "En attente des images"),
                    ("attente_pacs", "PACS injoignable, nouvel essai prévu"),
                    ("a_verifier", "À vérifier par une personne"),
                    ("en_depot", "Dépôt au DMP en cours"),
                    ("sans_depot", "Pointeur prêt, sans dépôt demandé"),
                    ("depose", "Déposé au DMP"),
                    ("refuse", "Refusé par le DMP"),
                    ("incomplet", "Incomplet : à compléter par une personne"),
                ],
                default="a_traiter",
                max_length=20,
                verbose_name="état",
            ),
        ),
    ]
