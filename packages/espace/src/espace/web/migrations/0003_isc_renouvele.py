# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations

from espace.droits import grant


class Migration(migrations.Migration):
    """An account renewed by an invitation loses the iSC accounts that opened it before."""

    dependencies = [("web", "0002_comptes")]
    operations = [
        grant("socialaccount_socialaccount", pages=["DELETE"]),
        grant("socialaccount_socialtoken", pages=["DELETE"]),  # never written; Django looks there before it erases an account
    ]
