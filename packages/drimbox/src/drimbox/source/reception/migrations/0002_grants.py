# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process that talks to the RIS only adds messages: it can neither change nor remove one."""

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("reception", "0001_initial")]

    operations = [
        grant(
            "reception_message",
            reception="SELECT, INSERT",
            ouvrier="SELECT, UPDATE (state, code, changed_at, body)",
            pages="SELECT, UPDATE (state, code, changed_at)",
        )
    ]
