# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from espace.droits import added_only, grant

_ROLES = [
    ("representant_legal", "Représentant légal"),
    ("mandataire", "Mandataire"),
    ("contributeur", "Contributeur"),
    ("administrateur_technique", "Administrateur technique"),
]


def _agents(apps: Any, _editor: Any) -> None:
    """Give the permission of the console to the accounts that exist: until now every account was one of the console."""
    content, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="acteurs", model="membre")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content, codename="console", defaults={"name": "Entrer dans la console de l'administrateur"}
    )
    for user in apps.get_model("auth", "User").objects.all():
        user.user_permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ("acteurs", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("web", "0001_droits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Membre",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=_ROLES, max_length=30, verbose_name="rôle")),
                ("actif", models.BooleanField(default=True, verbose_name="actif")),
                ("cree_le", models.DateTimeField(verbose_name="créé le")),
                ("operateur", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="membres", to="acteurs.operateur", verbose_name="Opérateur")),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="membre", to=settings.AUTH_USER_MODEL, verbose_name="compte")),
            ],
            options={
                "verbose_name": "membre d'un Opérateur",
                "verbose_name_plural": "membres d'un Opérateur",
                "permissions": (("console", "Entrer dans la console de l'administrateur"),),
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mail", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("role", models.CharField(choices=_ROLES, max_length=30, verbose_name="rôle")),
                ("empreinte", models.CharField(max_length=64, unique=True, verbose_name="empreinte du lien")),
                ("invite_par", models.CharField(max_length=150, verbose_name="invité par")),
                ("cree_le", models.DateTimeField(verbose_name="créée le")),
                ("expire_le", models.DateTimeField(verbose_name="expire le")),
                ("acceptee_le", models.DateTimeField(null=True, verbose_name="acceptée le")),
                ("annulee_le", models.DateTimeField(null=True, verbose_name="annulée le")),
                ("operateur", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="acteurs.operateur", verbose_name="Opérateur")),
            ],
            options={"verbose_name": "invitation", "verbose_name_plural": "invitations"},
        ),
        migrations.RunPython(_agents, migrations.RunPython.noop),
        grant("acteurs_membre", pages=["SELECT", "INSERT", "UPDATE (role, actif)"]),
        grant("acteurs_invitation", pages=["SELECT", "INSERT", "UPDATE (acceptee_le, annulee_le)"]),
        # an invitation accepted makes an account; the pages can make no account of the console: they cannot give its permission
        grant("auth_user", pages=["INSERT"]),
        added_only("auth_user", "pages", when="NOT NEW.is_superuser AND NOT NEW.is_staff"),
    ]
