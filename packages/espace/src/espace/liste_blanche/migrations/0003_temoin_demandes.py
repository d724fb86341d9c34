# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The témoin reads demandes: a head may tell a mass removal only when a person confirmed it."""

from django.db import migrations

from espace.droits import grant


class Migration(migrations.Migration):

    dependencies = [('liste_blanche', '0002_publication')]

    operations = [grant("liste_blanche_demande", temoin=["SELECT"])]
