# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Bodies are sealed. The former column stays, empty, as long as a former version may still run beside this one."""

from django.db import migrations, models

import drimbox.socle.coffre.fields
from drimbox.socle.grants import grant

class Migration(migrations.Migration):
    dependencies = [("reception", "0002_grants")]

    operations = [
        migrations.AddField("messagerecu", "corps", drimbox.socle.coffre.fields.SealedField(blank=True, null=True, verbose_name="message")),
        migrations.AddField("messagerecu", "octets", models.PositiveIntegerField(db_default=0, default=0, verbose_name="taille en octets")),
        migrations.AddField("messagerecu", "purged_at", models.DateTimeField(blank=True, null=True, verbose_name="contenu effacé le")),
        migrations.AddField("messagerecu", "source", models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="RIS")),
        migrations.AlterField(
            "messagerecu", "body", models.BinaryField(blank=True, null=True, editable=False, verbose_name="message en clair")
        ),
        migrations.AlterField(
            "messagerecu",
            "state",
            models.CharField(
                choices=[
                    ("recu", "Reçu"),
                    ("lu", "Lu"),
                    ("attente_personne", "En attente de traitement par une personne"),
                    ("ecarte", "Écarté par une personne"),
                ],
                default="recu",
                max_length=20,
                verbose_name="état",
            ),
        ),
        migrations.AddIndex(
            "messagerecu",
            models.Index(condition=models.Q(("purged_at__isnull", True)), fields=["received_at"], name="reception_message_kept"),
        ),
        # what is sealed does not compress: trying costs more than writing it
        migrations.RunSQL(
            "ALTER TABLE reception_message ALTER COLUMN corps SET STORAGE EXTERNAL",
            "ALTER TABLE reception_message ALTER COLUMN corps SET STORAGE EXTENDED",
        ),
        grant("reception_message", ouvrier="UPDATE (corps, purged_at)"),
    ]
