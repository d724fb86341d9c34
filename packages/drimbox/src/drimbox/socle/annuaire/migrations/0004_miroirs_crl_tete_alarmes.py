# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What each address gave, the CRLs fetched, the head that is trusted, the alarms that are open; and who may write them."""

from django.db import migrations, models

from drimbox.socle.grants import grant


class Migration(migrations.Migration):
    dependencies = [
        ("annuaire", "0003_plancher"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alarme",
            fields=[
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("liste_ancienne", "La Liste Blanche n'a pas pu être confirmée depuis trop longtemps"),
                            ("liste_double", "Deux Listes Blanches différentes portent les mêmes dates"),
                            ("retrait_massif", "Une nouvelle liste retire d'un coup beaucoup de DRIMbox : une personne doit la confirmer"),
                            ("horloge", "L'horloge est en retard sur une heure déjà constatée"),
                            ("signataire", "Le certificat du signataire de la liste finit bientôt"),
                            ("miroir", "Une adresse de la liste est en panne ou en retard"),
                            ("crl", "Une liste de révocation n'est plus à jour"),
                            ("tete_equivoque", "Deux têtes contradictoires circulent : le publicateur s'est contredit"),
                            ("tete_en_retard", "La tête de la liste n'est plus renouvelée : la liste est peut-être figée"),
                            ("tete_absente", "La tête de la liste, déjà vue, n'est plus donnée ou est refusée"),
                            ("tete_sans_liste", "La liste en vigueur n'est pas confirmée par la tête"),
                        ],
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="depuis le")),
                ("detail", models.TextField(blank=True, default="", verbose_name="détail")),
                ("trace", models.CharField(max_length=32, verbose_name="trace")),
            ],
            options={
                "verbose_name": "alarme",
                "verbose_name_plural": "alarmes",
                "db_table": "annuaire_alarme",
                "ordering": ["since"],
            },
        ),
        migrations.CreateModel(
            name="ListeRevocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority_spki", models.CharField(max_length=64, verbose_name="clé de l'autorité")),
                ("scope", models.CharField(blank=True, default="", max_length=64, verbose_name="portée")),
                ("issuer", models.TextField(verbose_name="autorité")),
                ("der", models.BinaryField(verbose_name="contenu")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                ("number", models.CharField(blank=True, default="", max_length=64, verbose_name="numéro")),
                ("this_update", models.DateTimeField(verbose_name="émise le")),
                ("next_update", models.DateTimeField(blank=True, null=True, verbose_name="suivante attendue le")),
                ("url", models.CharField(max_length=2000, verbose_name="adresse")),
                ("received_at", models.DateTimeField(verbose_name="reçue le")),
            ],
            options={
                "verbose_name": "liste de révocation",
                "verbose_name_plural": "listes de révocation",
                "db_table": "annuaire_liste_revocation",
                "constraints": [models.UniqueConstraint(fields=("authority_spki", "scope"), name="annuaire_crl_once")],
            },
        ),
        migrations.CreateModel(
            name="Miroir",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "usage",
                    models.CharField(
                        choices=[("liste", "Liste Blanche"), ("crl", "Liste de révocation")], max_length=10, verbose_name="usage"
                    ),
                ),
                ("url", models.CharField(max_length=2000, verbose_name="adresse")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="demandée le")),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="dernière bonne réponse")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nouveau", "A donné du nouveau"),
                            ("inchange", "À jour"),
                            ("ancien", "En retard sur une autre adresse"),
                            ("refuse", "Réponse refusée"),
                            ("injoignable", "Ne répond pas"),
                        ],
                        max_length=20,
                        verbose_name="résultat",
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=80, verbose_name="code")),
                ("tete_code", models.CharField(blank=True, default="", max_length=80, verbose_name="code de la tête")),
                ("etag", models.CharField(blank=True, default="", max_length=200, verbose_name="étiquette")),
                ("sha256", models.CharField(blank=True, default="", max_length=64, verbose_name="empreinte de ce qu'elle a donné")),
            ],
            options={
                "verbose_name": "adresse relevée",
                "verbose_name_plural": "adresses relevées",
                "db_table": "annuaire_miroir",
                "constraints": [models.UniqueConstraint(fields=("usage", "url"), name="annuaire_miroir_once")],
            },
        ),
        migrations.CreateModel(
            name="TeteEnVigueur",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("state", models.BinaryField(default=b"", verbose_name="état du lecteur de têtes")),
                ("sha256", models.CharField(blank=True, default="", max_length=64, verbose_name="empreinte")),
                ("numero", models.PositiveBigIntegerField(default=0, verbose_name="numéro")),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier changement")),
            ],
            options={
                "verbose_name": "tête en vigueur",
                "verbose_name_plural": "tête en vigueur",
                "db_table": "annuaire_tete_en_vigueur",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="annuaire_only_tete")],
            },
        ),
        grant("annuaire_miroir", ouvrier="SELECT, INSERT, UPDATE", pages="SELECT"),
        grant("annuaire_liste_revocation", ouvrier="SELECT, INSERT, UPDATE", pages="SELECT", images="SELECT"),
        grant("annuaire_tete_en_vigueur", ouvrier="SELECT, INSERT, UPDATE", pages="SELECT", images="SELECT"),
        grant("annuaire_alarme", ouvrier="SELECT, INSERT, UPDATE, DELETE", pages="SELECT"),
    ]
