# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Replacement and withdrawal: their states, and the instances that a PACS rejected."""

from django.db import migrations, models

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0003_incomplet")]

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
                    ("en_retrait", "Retrait du DMP en cours"),
                    ("retire", "Retiré"),
                ],
                default="a_traiter",
                max_length=20,
                verbose_name="état",
            ),
        ),
        migrations.AlterField(
            model_name="kos",
            name="state",
            field=models.CharField(
                choices=[
                    ("en_attente", "En attente de la réponse du DMP"),
                    ("en_vigueur", "En vigueur"),
                    ("remplace", "Remplacé"),
                    ("retire", "Retiré"),
                ],
                default="en_vigueur",
                max_length=20,
                verbose_name="état",
            ),
        ),
        migrations.CreateModel(
            name="InstanceRejetee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("study_instance_uid", models.CharField(max_length=64, verbose_name="StudyInstanceUID")),
                ("sop_instance_uid", models.CharField(max_length=64, verbose_name="SOPInstanceUID")),
                ("note_uid", models.CharField(max_length=64, verbose_name="note de rejet")),
                ("motif", models.CharField(max_length=40, verbose_name="motif")),
                ("received_at", models.DateTimeField(verbose_name="reçu le")),
            ],
            options={
                "verbose_name": "instance rejetée",
                "verbose_name_plural": "instances rejetées",
                "db_table": "pointeur_instance_rejetee",
                "ordering": ["study_instance_uid", "sop_instance_uid"],
                "constraints": [
                    models.UniqueConstraint(fields=("study_instance_uid", "sop_instance_uid"), name="pointeur_instance_rejetee_once")
                ],
            },
        ),
        grant("pointeur_instance_rejetee", ouvrier="SELECT, INSERT", reception="SELECT, INSERT", pages="SELECT"),
        grant("pointeur_kos", ouvrier="UPDATE (state, ended_at, remplace_id)"),
    ]
