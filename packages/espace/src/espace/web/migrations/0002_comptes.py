# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations

from espace.droits import grant

_READ = ["SELECT"]
_WHOLE = ["SELECT", "INSERT", "UPDATE", "DELETE"]


class Migration(migrations.Migration):
    """Rights on the tables of allauth: second factors, and the iSC accounts that open ours. No token of iSC is kept."""

    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("web", "0001_droits"),
    ]
    operations = [
        grant("mfa_authenticator", pages=_WHOLE),
        grant("account_emailaddress", pages=_READ),
        grant("account_emailconfirmation", pages=_READ),
        grant("socialaccount_socialaccount", pages=["SELECT", "INSERT", "UPDATE"]),
        grant("socialaccount_socialapp", pages=_READ),
        grant("socialaccount_socialtoken", pages=_READ),
    ]
