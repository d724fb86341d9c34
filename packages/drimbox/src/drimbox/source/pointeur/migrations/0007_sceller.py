# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""KOS made by earlier versions are sealed too."""

from typing import Any

from django.db import migrations

from drimbox.socle.coffre.fields import seal

BATCH = 50


def seal_contents(apps: Any, _schema_editor: Any) -> None:
    """Seal what was kept in clear, a few at a time."""
    kos = apps.get_model("pointeur", "Kos")
    while rows := list(kos.objects.filter(clair__isnull=False)[:BATCH]):
        for row in rows:
            kos.objects.filter(pk=row.pk).update(scelle=seal(row, bytes(row.clair)), clair=None)


class Migration(migrations.Migration):
    dependencies = [("pointeur", "0006_scelle")]

    operations = [migrations.RunPython(seal_contents, migrations.RunPython.noop)]
