# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests are sealed. The former column stays, empty, as long as a former version may still run beside this one."""

from django.db import migrations, models

import drimbox.socle.coffre.fields


class Migration(migrations.Migration):
    dependencies = [("depot_dmp", "0004_actions")]

    operations = [
        migrations.AlterField("envoi", "body", models.BinaryField(blank=True, db_column="body", null=True, verbose_name="corps en clair")),
        migrations.RenameField("envoi", "body", "clair"),
        migrations.AddField("envoi", "scelle", drimbox.socle.coffre.fields.SealedField(blank=True, null=True, verbose_name="corps")),
        migrations.AddField("envoi", "purged_at", models.DateTimeField(blank=True, null=True, verbose_name="corps effacé le")),
        # what is sealed does not compress
        migrations.RunSQL(
            "ALTER TABLE depot_dmp_envoi ALTER COLUMN scelle SET STORAGE EXTERNAL",
            "ALTER TABLE depot_dmp_envoi ALTER COLUMN scelle SET STORAGE EXTENDED",
        ),
    ]
