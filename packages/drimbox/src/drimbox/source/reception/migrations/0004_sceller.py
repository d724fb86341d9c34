# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Messages received by earlier versions are sealed too."""

from typing import Any

from django.db import migrations

from drimbox.socle.coffre.fields import seal

BATCH = 50


def seal_bodies(apps: Any, _schema_editor: Any) -> None:
    """Seal what was kept in clear, a few at a time: a body weighs hundreds of kilobytes."""
    message = apps.get_model("reception", "MessageRecu")
    while rows := list(message.objects.filter(body__isnull=False)[:BATCH]):
        for row in rows:
            plain = bytes(row.body)
            message.objects.filter(pk=row.pk).update(corps=seal(row, plain), octets=len(plain), body=None)


class Migration(migrations.Migration):
    dependencies = [("reception", "0003_corps_scelle")]

    operations = [migrations.RunPython(seal_bodies, migrations.RunPython.noop)]
