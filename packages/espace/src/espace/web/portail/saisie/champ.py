# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A field as a template shows it, whatever its parcours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from espace.guichet.errors import Faute

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Champ:
    """One field.

    Attributes:
        nom: name in the form.
        libelle: its label.
        valeur: what was typed last.
        aide: help under the label.
        genre: ``texte``, ``courriel``, ``nombre``, ``paragraphe``, ``choix``, ``case``, ``cache``.
        choix: value and label of each choice.
        facultatif: may stay empty.
        technique: names and DN, neither corrected nor capitalised by the browser.
        fautes: French sentences.
    """

    nom: str
    libelle: Text
    valeur: str = ""
    aide: Text = ""
    genre: str = "texte"
    choix: tuple[tuple[str, Text], ...] = ()
    facultatif: bool = False
    technique: bool = False
    fautes: tuple[str, ...] = ()

    @property
    def identifiant(self) -> str:
        """Anchor of the field in the page."""
        return f"champ-{self.nom}"

    @property
    def attributs(self) -> SafeString:
        """What a browser and a screen reader are told of it."""
        ids = [f"{self.identifiant}-{part}" for part, there in (("aide", self.aide), ("faute", self.fautes)) if there]
        plain = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"} if self.technique else {}
        wrong = {"aria-invalid": "true"} if self.fautes else {}
        return flatatt(plain | wrong | ({"aria-describedby": " ".join(ids)} if ids else {}))


@dataclass(frozen=True, slots=True)
class Groupe:
    """Fields that go together, under a title."""

    titre: Text
    champs: tuple[Champ, ...]
    aide: Text = ""
    fautes: tuple[str, ...] = field(default=())


def par_champ(fautes: Sequence[Faute]) -> dict[str, tuple[str, ...]]:
    """Return the sentences of each field."""
    found: dict[str, tuple[str, ...]] = {}
    for faute in fautes:
        found[faute.champ] = (*found.get(faute.champ, ()), faute.message)
    return found


def sous(fautes: dict[str, tuple[str, ...]], debut: str) -> tuple[str, ...]:
    """Return the sentences of a field and of the items below it (``sirens``, ``sirens.0``…)."""
    return tuple(text for name, texts in fautes.items() if name == debut or name.startswith(f"{debut}.") for text in texts)


def texte(donnees: object, nom: str) -> str:
    """Return a value as a text; nothing for what is not one."""
    value = donnees.get(nom, "") if isinstance(donnees, dict) else ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
