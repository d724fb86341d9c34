# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""KOS are sealed, with the patient of the PACS beside them; a rejection is that of one PACS; an exam has its accession at once.

The former column stays as long as a former version may still run beside this one.
"""

from django.db import migrations, models

import drimbox.socle.coffre.fields
from drimbox.socle.grants import grant, revoke


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0005_rang_des_messages"), ("reception", "0005_notes_rejet")]

    operations = [
        migrations.AlterField("kos", "contenu", models.BinaryField(blank=True, db_column="contenu", null=True, verbose_name="objet DICOM en clair")),
        migrations.RenameField("kos", "contenu", "clair"),
        migrations.AddField("kos", "scelle", drimbox.socle.coffre.fields.SealedField(blank=True, null=True, verbose_name="objet DICOM")),
        migrations.AddField(
            "kos", "patient_scelle", drimbox.socle.coffre.fields.SealedField(blank=True, null=True, verbose_name="patient dans le PACS")
        ),
        migrations.AddField("kos", "purged_at", models.DateTimeField(blank=True, null=True, verbose_name="traits effacés le")),
        migrations.AddField(
            "examen",
            "accession",
            models.CharField(blank=True, db_default="", db_index=True, default="", max_length=64, verbose_name="numéro de demande"),
        ),
        # what is sealed does not compress
        migrations.RunSQL(
            "ALTER TABLE pointeur_kos ALTER COLUMN scelle SET STORAGE EXTERNAL",
            "ALTER TABLE pointeur_kos ALTER COLUMN scelle SET STORAGE EXTENDED",
        ),
        migrations.AddField(
            "instancerejetee", "pacs", models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="PACS")
        ),
        migrations.RunSQL(
            """
            UPDATE pointeur_instance_rejetee AS instance SET pacs = note.pacs FROM reception_note_rejet AS note
            WHERE note.sop_instance_uid = instance.note_uid AND note.study_instance_uid = instance.study_instance_uid
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("instancerejetee", "pointeur_instance_rejetee_once"),
        migrations.AddConstraint(
            "instancerejetee",
            models.UniqueConstraint(fields=("pacs", "study_instance_uid", "sop_instance_uid"), name="pointeur_instance_rejetee_of"),
        ),
        migrations.AlterField(
            "examen",
            "state",
            models.CharField(
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
                    ("patient_change", "Patient changé dans le PACS : images fermées, à vérifier par une personne"),
                    ("en_retrait", "Retrait du DMP en cours"),
                    ("retire", "Retiré"),
                ],
                default="a_traiter",
                max_length=20,
                verbose_name="état",
            ),
        ),
        # rejections are applied by the worker, from the note that the process of reception keeps
        revoke("pointeur_instance_rejetee", reception="SELECT, INSERT"),
        # the object itself is never changed in place: it loses what nobody needs any more, once
        grant("pointeur_kos", ouvrier="UPDATE (scelle, patient_scelle, purged_at)"),
    ]
