# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Everyone writes in the journal and reads it; nobody changes it, the owner included."""

from django.db import migrations

from drimbox.socle.grants import grant, never_changed

APPEND = "SELECT, INSERT"


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        grant("journal", pages=APPEND, images=APPEND, reception=APPEND, ouvrier=APPEND),
        never_changed("journal"),
    ]
