# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [("sante", "0001_initial")]

    operations = [grant("sante_echo_pacs", ouvrier="SELECT, INSERT, UPDATE, DELETE", pages="SELECT")]
