# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from espace.droits import columns_never_changed, grant, never_changed
from espace.registre.revisions.declencheurs import noted

# Words that a search may begin: each word, and its part after each separator, so that « 349 » finds db1.349.mesimagesmedicales.fr.
_WORDS = r"""
CREATE FUNCTION registre_mots(texte text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT left(split_part(substr(simple, debut), ' ', 1), 255)
        FROM (SELECT simple, translate(simple, '.,;:''’"-/()_&+@', repeat(' ', 16)) AS decoupe
              FROM (SELECT regexp_replace(regexp_replace(normalize(lower(normalize(replace(texte, 'ß', 'ss'), NFKD)), NFKD),
                           '[\u0300-\u036f]', '', 'g'), '\s+', ' ', 'g') AS simple) AS normalise) AS lu,
             generate_series(1, length(simple)) AS debut
        WHERE substr(decoupe, debut, 1) <> ' ' AND (debut = 1 OR substr(decoupe, debut - 1, 1) = ' ')))
$$
"""
_WORDS_OF_OPERATEUR = """
CREATE FUNCTION registre_mots_operateur(denomination text, siret text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT public.registre_mots(denomination || ' ' || siret) $$
"""
_OPERATEURS = (
    "CREATE INDEX operateur_mots ON acteurs_operateur USING gin (registre_mots_operateur(denomination, siret))",
    "CREATE INDEX operateur_denomination ON acteurs_operateur (denomination, id)",
)
_SIRENS = """
UPDATE registre_couplefqdn AS couple SET recherche = couple.recherche || ' ' || clients.sirens
FROM (SELECT p.id AS pacs_id, string_agg(lower(c.siren), ' ') AS sirens
      FROM registre_pacs p JOIN acteurs_commande k ON k.id = p.commande_id
      JOIN acteurs_site_clients sc ON sc.site_id = k.site_id JOIN acteurs_client c ON c.id = sc.client_id GROUP BY p.id) AS clients
WHERE clients.pacs_id = couple.pacs_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('acteurs', '0001_initial'),
        ('journal', '0001_initial'),
        ('registre', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(_SIRENS, migrations.RunSQL.noop),
        migrations.RunSQL(_WORDS, "DROP FUNCTION registre_mots(text)"),
        migrations.RunSQL(_WORDS_OF_OPERATEUR, "DROP FUNCTION registre_mots_operateur(text, text)"),
        migrations.RunSQL(_OPERATEURS[0], "DROP INDEX operateur_mots"),
        migrations.RunSQL(_OPERATEURS[1], "DROP INDEX operateur_denomination"),
        migrations.CreateModel(
            name='DnRemplace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dn', models.CharField(max_length=1000, verbose_name='DN du certificat SERV_SSL remplacé')),
                ('remplace_le', models.DateTimeField(verbose_name='remplacé le')),
                ('jusqua', models.DateTimeField(verbose_name="admis jusqu'au")),
                ('drimbox', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dn_remplaces', to='registre.drimbox', verbose_name='DRIMbox')),
            ],
            options={
                'verbose_name': 'DN remplacé',
                'verbose_name_plural': 'DN remplacés',
                'indexes': [models.Index(fields=['jusqua'], name='dn_remplace_jusqua')],
                'constraints': [models.CheckConstraint(condition=models.Q(('jusqua__gte', models.F('remplace_le'))), name='dn_remplace_fenetre'), models.CheckConstraint(condition=models.Q(('dn', ''), _negated=True), name='dn_remplace_dn')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(max_length=63, verbose_name='table')),
                ('ligne', models.BigIntegerField(verbose_name='ligne')),
                ('nature', models.CharField(max_length=12, verbose_name='nature')),
                ('champs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), size=None, verbose_name='champs modifiés')),
                ('avant', models.JSONField(default=dict, verbose_name='avant')),
                ('apres', models.JSONField(default=dict, verbose_name='après')),
                ('at', models.DateTimeField(verbose_name='instant')),
                ('auteur', models.CharField(max_length=150, verbose_name='auteur')),
                ('process', models.CharField(max_length=64, verbose_name='processus')),
                ('motif', models.TextField(blank=True, verbose_name='motif')),
                ('evenement', models.BigIntegerField(null=True, verbose_name='ligne du journal')),
                ('operation', models.BigIntegerField(verbose_name='transaction')),
            ],
            options={
                'verbose_name': 'révision',
                'verbose_name_plural': 'révisions',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['relation', 'ligne', '-id'], name='revision_ligne')],
            },
        ),
        migrations.AddField(
            model_name='couplefqdn',
            name='mots',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('recherche'), function='registre_mots', output_field=django.contrib.postgres.search.SearchVectorField()), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddIndex(
            model_name='couplefqdn',
            index=models.Index(fields=['operateur', 'tri', 'number'], name='couple_operateur_tri'),
        ),
        migrations.AddIndex(
            model_name='couplefqdn',
            index=models.Index(fields=['attribue_le'], name='couple_attribue_le'),
        ),
        migrations.AddIndex(
            model_name='couplefqdn',
            index=django.contrib.postgres.indexes.GinIndex(fields=['mots'], name='couple_mots'),
        ),
        migrations.AddIndex(
            model_name='drimbox',
            index=models.Index(fields=['modifie_le'], name='drimbox_modifie_le'),
        ),
        # rights are given with the tables: none ever exists without them
        grant("registre_dnremplace", pages=["SELECT", "INSERT", "UPDATE (jusqua)"], signataire=["SELECT"]),
        grant("registre_revision", pages=["SELECT"]),
        never_changed("registre_revision"),
        # a name, its PACS and its Drimbox stay together for ever, whoever writes
        columns_never_changed("registre_couplefqdn", "db", "vi", "number", "id_registre", "pacs_id"),
        columns_never_changed("registre_pacs", "commande_id", "rang"),
        columns_never_changed("registre_drimbox", "couple_id"),
        columns_never_changed("registre_dnremplace", "drimbox_id", "dn", "remplace_le"),
        *noted(
            "acteurs_operateur",
            "acteurs_client",
            "acteurs_site",
            "acteurs_site_clients",
            "acteurs_commande",
            "registre_pacs",
            "registre_couplefqdn",
            "registre_drimbox",
            "registre_dnremplace",
            hidden={"registre_couplefqdn": ("recherche", "mots", "tri")},
        ),
    ]
