# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process that anyone of the hospital's network can talk to reads no message again: it sees what recognises one, and no body."""

from django.db import migrations

from drimbox.socle.grants import grant, revoke


class Migration(migrations.Migration):
    dependencies = [("reception", "0005_notes_rejet"), ("annuaire", "0004_miroirs_crl_tete_alarmes")]

    operations = [
        revoke("reception_message", reception="SELECT"),
        # the key of a message known already, its number, and the backlog that slows answers down
        grant("reception_message", reception="SELECT (id, sending_application, sending_facility, control_id, sha256, state)"),
        # a RIS may show a certificate of the same authorities as a DRIMbox
        grant("annuaire_liste_revocation", reception="SELECT"),
    ]
