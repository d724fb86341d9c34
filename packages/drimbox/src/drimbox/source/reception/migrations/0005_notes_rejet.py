# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Rejection notes of the PACS: the process that receives them only adds, the worker applies them."""

import uuid

from django.db import migrations, models

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("reception", "0004_sceller")]

    operations = [
        migrations.CreateModel(
            name="NoteRejet",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField(verbose_name="reçue le")),
                ("pacs", models.CharField(max_length=100, verbose_name="PACS")),
                ("sop_instance_uid", models.CharField(max_length=64, verbose_name="SOPInstanceUID")),
                ("study_instance_uid", models.CharField(max_length=64, verbose_name="StudyInstanceUID")),
                ("motif", models.CharField(max_length=20, verbose_name="motif")),
                ("instances", models.JSONField(default=list, verbose_name="instances rejetées")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recue", "Reçue"),
                            ("appliquee", "Appliquée"),
                            ("attente_personne", "En attente de traitement par une personne"),
                        ],
                        default="recue",
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=80, verbose_name="code")),
                ("changed_at", models.DateTimeField(verbose_name="dernier changement")),
            ],
            options={
                "verbose_name": "note de rejet",
                "verbose_name_plural": "notes de rejet",
                "db_table": "reception_note_rejet",
                "ordering": ["-received_at"],
                "indexes": [models.Index(fields=["state", "received_at"], name="reception_note_rejet_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("pacs", "sop_instance_uid", "study_instance_uid"), name="reception_note_rejet_once")
                ],
            },
        ),
        grant(
            "reception_note_rejet",
            reception="SELECT, INSERT",
            ouvrier="SELECT, UPDATE (state, code, changed_at)",
            pages="SELECT, UPDATE (state, code, changed_at)",
        ),
    ]
