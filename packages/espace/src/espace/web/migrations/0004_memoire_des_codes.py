# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations

from espace.droits import grant

_TABLE = "web_memoire"


class Migration(migrations.Migration):
    """The table of Django's database cache: how often a code was tried, and which codes served already."""

    dependencies = [("web", "0003_isc_renouvele")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE TABLE {_TABLE}"
                " (cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL)",
                f"CREATE INDEX {_TABLE}_expires ON {_TABLE} (expires)",
            ],
            [f"DROP TABLE {_TABLE}"],
        ),
        grant(_TABLE, pages=["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ]
