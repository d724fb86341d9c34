# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What we cannot write is not what the DMP refused; and images serves only what is deposited, without reading the bodies."""

from django.db import migrations, models

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("depot_dmp", "0002_grants")]

    operations = [
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
                ],
                default="a_envoyer",
                max_length=20,
                verbose_name="état",
            ),
        ),
        grant("depot_dmp_envoi", images="SELECT (kos_id, action, state)"),
    ]
