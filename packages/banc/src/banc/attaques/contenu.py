# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: D103  # the French line given to the register documents each attack
"""Faults of the list itself, signed with the right key: only the grammar can stop them (step 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from banc.attaques.registre import Variante, attaque
from banc.attaques.retouche import FAUX, rewrite, swap
from banc.attaques.terrain import NOW, Terrain, forge
from confiance import refusals as r
from confiance.liste_blanche import Limits
from confiance.liste_blanche.writer import canonical_body

_CONTENU = "8 · contenu"


def _signed(terrain: Terrain, pattern: bytes, new: bytes) -> bytes:
    return forge(terrain, body=rewrite(terrain.body, pattern, new))


@attaque(_CONTENU, "élément inconnu dans une ligne", r.Contenu)
def champ_inconnu(terrain: Terrain) -> bytes:
    return _signed(terrain, b"</DateMAJ>", b"</DateMAJ><Droits>tous</Droits>")


@attaque(_CONTENU, "champ absent", r.Contenu)
def champ_absent(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<DNCertificatOperateur>.*?</DNCertificatOperateur>", b"")


@attaque(_CONTENU, "champ répété", r.Contenu)
def champ_repete(terrain: Terrain) -> bytes:
    return _signed(terrain, b"(<db>.*?</db>)", rb"\1\1")


@attaque(_CONTENU, "champs dans un autre ordre", r.Contenu)
def champs_en_desordre(terrain: Terrain) -> bytes:
    return _signed(terrain, rb"(<db>.*?</db>)(\s*)(<vi>.*?</vi>)", rb"\3\2\1")


@attaque(_CONTENU, "élément dans un champ de texte", r.Contenu)
def element_dans_champ(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<db>db1", b"<db><b>db1</b>")


@attaque(_CONTENU, "attribut sur une ligne", r.Contenu)
def attribut_sur_ligne(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<Domaine>", b'<Domaine Id="ligne-1">')


@attaque(_CONTENU, "texte entre les lignes", r.Contenu)
def texte_entre_lignes(terrain: Terrain) -> bytes:
    return _signed(terrain, b"</Domaine>", b"</Domaine>texte")


@attaque(_CONTENU, "ligne hors de ListeDomaines, signée", r.Contenu)
def ligne_hors_liste(terrain: Terrain) -> bytes:
    return _signed(terrain, b"</ListeDomaines>", b"</ListeDomaines>" + FAUX)


@attaque(_CONTENU, "ListeDomaines absente", r.Contenu)
def sans_liste(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<ListeDomaines>.*</ListeDomaines>", b"")


@attaque(_CONTENU, "DateDeGeneration absente", r.Contenu)
def sans_date(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<DateDeGeneration>.*?</DateDeGeneration>", b"")


@attaque(_CONTENU, "DateMAJ qui n'existe pas (30 février)", r.Contenu)
def date_inexistante(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<DateMAJ>[^<]*", b"<DateMAJ>2026-02-30T00:00:00Z")


@attaque(_CONTENU, "DateMAJ hors du format xsd:dateTime", r.Contenu)
def date_hors_format(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<DateMAJ>[^<]*", b"<DateMAJ>01/10/2026")


@attaque(_CONTENU, "DateDeGeneration dans le futur (2099)", r.DateFuture)
def generation_future(terrain: Terrain) -> bytes:
    far = replace(terrain.brouillon, date_generation=NOW + timedelta(days=26_000))
    return forge(terrain, body=canonical_body(far))


@attaque(_CONTENU, "champ plus long que la limite", r.Contenu)
def champ_trop_long(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<Denomination>", b"<Denomination>" + b"x" * (Limits().max_field + 1))


@attaque(_CONTENU, "plus de lignes que la limite", r.Taille)
def trop_de_lignes(terrain: Terrain) -> Variante:
    return Variante(terrain.data, replace(terrain.policy, limits=Limits(max_domaines=len(terrain.brouillon.domaines) - 1)))


@attaque(_CONTENU, "octets qui ne sont pas de l'UTF-8, signés tels quels", r.Contenu)
def utf8_invalide_signe(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<db>db1", b"<db>db1\xff")


@attaque(_CONTENU, "référence d'entité inconnue, signée telle quelle", r.Contenu)
def entite_signee(terrain: Terrain) -> bytes:
    return _signed(terrain, b"<db>db1", b"<db>&intruse;db1")


@attaque(_CONTENU, "préfixe sur les éléments de la liste", r.Contenu)
def elements_prefixes(terrain: Terrain) -> bytes:
    body = swap(terrain.body, b"<Domaine>", b'<n:Domaine xmlns:n="https://github.com/ansforge/DRIM-M_DATA">')
    return forge(terrain, body=swap(body, b"</Domaine>", b"</n:Domaine>"))
