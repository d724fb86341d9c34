# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations

from espace.droits import grant

_READ = ["SELECT"]
_WHOLE = ["SELECT", "INSERT", "UPDATE", "DELETE"]


class Migration(migrations.Migration):
    """Rights on the tables of Django and of its applications. The pages cannot make an account: the owner does."""

    initial = True
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("axes", "0010_accessattemptexpiration"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("journal", "0001_initial"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        grant("django_migrations", pages=_READ, signataire=_READ, zone=_READ),
        grant("auth_user", pages=["SELECT", "UPDATE (last_login, password)"]),
        grant("auth_group", pages=_READ),
        grant("auth_permission", pages=_READ),
        grant("auth_user_groups", pages=_READ),
        grant("auth_user_user_permissions", pages=_READ),
        grant("auth_group_permissions", pages=_READ),
        grant("django_content_type", pages=_READ),
        grant("django_session", pages=_WHOLE),
        grant("axes_accessattempt", pages=_WHOLE),
        grant("axes_accessattemptexpiration", pages=_WHOLE),
        grant("axes_accesslog", pages=_WHOLE),
        grant("axes_accessfailurelog", pages=_WHOLE),
    ]
