# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading a form field by field: every fault is kept with the name of its field, none hides the next. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from confiance.errors import PeerError
from espace.acteurs.rules import check_mail, check_paragraph, check_telephone, check_text
from espace.guichet.errors import Faute, FormulaireRefuse

T = TypeVar("T")
MAX_BYTES = 64 * 1024
MAX_COMMENTAIRE = 4000


class Lecture:
    """One reading of the values of a form.

    Args:
        donnees: what was typed: texts, lists and tables of texts.

    Raises:
        FormulaireRefuse: the whole is larger than 64 KiB or is not made of JSON values.
    """

    def __init__(self, donnees: Mapping[str, Any]) -> None:
        self._donnees = donnees
        self.fautes: list[Faute] = []
        check_size(donnees)

    def fail(self, champ: str, message: str) -> None:
        """Keep one fault."""
        self.fautes.append(Faute(champ, message))

    def end(self) -> None:
        """Refuse the form when there is a fault.

        Raises:
            FormulaireRefuse: at least one.
        """
        if self.fautes:
            raise FormulaireRefuse(self.fautes)

    def raw(self, champ: str) -> str:
        """Return a text as typed; anything else is a fault."""
        value = self._donnees.get(champ, "")
        if isinstance(value, str):
            return value
        self.fail(champ, "Un texte était attendu.")
        return ""

    def checked(self, champ: str, check: Callable[[], T], default: T) -> T:
        """Return what a check gives; its refusal becomes the fault of this field."""
        try:
            return check()
        except PeerError as error:
            self.fail(champ, error.message)
            return default

    def text(self, champ: str, nom: str, limit: int = 255, *, required: bool = True) -> str:
        """Return one line of text."""
        raw = self.raw(champ)
        return self.checked(champ, lambda: check_text(nom, raw, limit, required=required), "")

    def mail(self, champ: str, nom: str, *, required: bool = True) -> str:
        """Return an e-mail address."""
        raw = self.raw(champ)
        return self.checked(champ, lambda: check_mail(nom, raw, required=required), "")

    def telephone(self, champ: str) -> str:
        """Return a telephone number."""
        raw = self.raw(champ)
        return self.checked(champ, lambda: check_telephone(raw), "")

    def paragraph(self, champ: str = "commentaire", limit: int = MAX_COMMENTAIRE) -> str:
        """Return several lines of free text, without other control characters than the ends of lines."""
        raw = self.raw(champ)
        return self.checked(champ, lambda: check_paragraph(champ, raw, limit, required=False), "")

    def number(self, champ: str, nom: str, low: int, high: int) -> int:
        """Return a whole number, typed or already one; the lowest one after a fault."""
        value = self._donnees.get(champ)
        text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= high:
            return int(text)
        self.fail(champ, f"{nom} : un nombre de {low} à {high} est attendu.")
        return low

    def choice(self, champ: str, nom: str, values: frozenset[str], default: str) -> str:
        """Return one value of a list; the default when nothing was typed."""
        text = self.raw(champ).strip() or default
        if text not in values:
            self.fail(champ, f"{nom} : ce choix n'existe pas.")
            return default
        return text

    def flag(self, champ: str) -> bool:
        """Return whether a box is ticked."""
        return self._donnees.get(champ) in {True, "on", "oui", "1", "true"}

    def items(self, champ: str, nom: str, limit: int) -> list[Any]:
        """Return a list, cut at a fault when it is too long."""
        value = self._donnees.get(champ, [])
        if not isinstance(value, list) or len(value) > limit:
            self.fail(champ, f"{nom} : une liste d'au plus {limit} éléments est attendue.")
            return []
        return value


def check_size(donnees: Mapping[str, Any]) -> None:
    """Refuse values that are not JSON, or larger than 64 KiB.

    Raises:
        FormulaireRefuse: they are.
    """
    try:
        encoded = json.dumps(donnees, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
        raise FormulaireRefuse([Faute("", "Le formulaire ne peut pas être lu.")]) from None
    # PostgreSQL keeps no NUL, which JSON writes \u0000; a backslash that was typed is written twice
    if len(encoded) > MAX_BYTES or b"\\u0000" in encoded.replace(b"\\\\", b""):
        raise FormulaireRefuse([Faute("", "Le formulaire est trop long ou contient des caractères interdits.")])
