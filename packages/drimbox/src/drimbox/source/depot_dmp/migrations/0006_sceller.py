# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests written by earlier versions are sealed too."""

from typing import Any

from django.db import migrations

from drimbox.socle.coffre.fields import seal

BATCH = 50


def seal_requests(apps: Any, _schema_editor: Any) -> None:
    """Seal what was kept in clear, a few at a time."""
    envoi = apps.get_model("depot_dmp", "Envoi")
    while rows := list(envoi.objects.filter(clair__isnull=False)[:BATCH]):
        for row in rows:
            envoi.objects.filter(pk=row.pk).update(scelle=seal(row, bytes(row.clair)), clair=None)


class Migration(migrations.Migration):
    dependencies = [("depot_dmp", "0005_scelle")]

    operations = [migrations.RunPython(seal_requests, migrations.RunPython.noop)]
