# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What each process may do in the tables of the libraries."""

from django.db import migrations

from drimbox.socle.grants import close_database, grant, grant_many

ALL = "SELECT, INSERT, UPDATE, DELETE"
READ = "SELECT"
DEFER = "SELECT, INSERT"


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
        ("axes", "0010_accessattemptexpiration"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        close_database(),
        grant("django_migrations", pages=READ, images=READ, reception=READ, ouvrier=READ),
        grant_many(("django_content_type", "auth_group", "auth_permission", "auth_user_groups", "auth_user_user_permissions"), pages=READ),
        # accounts are made by the owner (drimbox compte creer); people only log in and change their own password
        grant("auth_user", pages="SELECT, UPDATE (last_login, password)"),
        grant("django_session", pages=ALL, ouvrier="SELECT, DELETE"),
        grant_many(("axes_accessattempt", "axes_accesslog", "axes_accessfailurelog", "axes_accessattemptexpiration"), pages=ALL),
        grant("procrastinate_jobs", pages=DEFER, reception=DEFER, ouvrier=ALL),
        grant("procrastinate_events", pages=DEFER, reception=DEFER, ouvrier=ALL),
        grant_many(("procrastinate_periodic_defers", "procrastinate_workers"), ouvrier=ALL),
        grant_many(
            ("procrastinate_jobs_id_seq", "procrastinate_events_id_seq"), kind="SEQUENCE", pages="USAGE", reception="USAGE", ouvrier="USAGE"
        ),
        grant_many(("procrastinate_periodic_defers_id_seq",), kind="SEQUENCE", ouvrier="USAGE"),
    ]
