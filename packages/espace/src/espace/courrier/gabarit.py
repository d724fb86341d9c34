# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How a mail is written: the same sentences as text and as HTML. Pure: words and values in, a mail out.

A value is data, never markup: it is escaped in HTML, kept on one line in a subject, and cut at a length. The words are French, through
gettext; nothing remote is loaded, nothing tells us who read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _

from espace.courrier.errors import CourrierMalEcrit

Valeur = str | int | date | datetime
PARIS = ZoneInfo("Europe/Paris")
MAX_VALEUR = 4000
MAX_SUJET = 180
_KEYS = re.compile(r"%\(([a-z_]+)\)s")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_JOUR, _INSTANT = "j F Y", "j F Y à H\\hi"
_DAYS = frozenset({"echeance"})  # a due date is a whole day: its hour would only mislead


class Vers(StrEnum):
    """Who receives a mail."""

    OPERATEUR = "operateur"
    AGENTS = "agents"
    PERSONNE = "personne"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One paragraph; said only when the context gives a value to ``si``."""

    texte: str | Promise
    si: str = ""


@dataclass(frozen=True, slots=True)
class Gabarit:
    """The words of one mail.

    Attributes:
        vers: who receives it.
        sujet: one line, without anything that names a Client.
        phrases: what happened, what comes next, until when.
        fixe: words that the sentences share, by name.
        lien: page to open, under the public address of the Espace; empty for none. It may name a value that the subject names.
        ephemere: whether its words are erased once it is sent, because they hold a link good once.
    """

    vers: Vers
    sujet: str | Promise
    phrases: tuple[Phrase, ...]
    fixe: Mapping[str, str | Promise] = field(default_factory=dict)
    lien: str = ""
    ephemere: bool = False

    @property
    def requis(self) -> frozenset[str]:
        """Names of the values without which the mail cannot be written."""
        always = [str(self.sujet), *(str(phrase.texte) for phrase in self.phrases if not phrase.si)]
        return frozenset(name for text in always for name in _KEYS.findall(text)) - self.fixe.keys()

    @property
    def connus(self) -> frozenset[str]:
        """Names of every value it may say."""
        said = {name for phrase in self.phrases for name in [phrase.si, *_KEYS.findall(str(phrase.texte))] if name}
        return (self.requis | said) - self.fixe.keys()


@dataclass(frozen=True, slots=True)
class Ecrit:
    """A mail, written."""

    sujet: str
    texte: str
    html: str


@dataclass(frozen=True, slots=True)
class Entete:
    """What every mail says of the Espace: who runs it, where it is, where to write."""

    administrateur: str
    url: str
    agents: str = field(default="")


def write(gabarit: Gabarit, contexte: Mapping[str, Valeur], entete: Entete) -> Ecrit:
    """Write a mail.

    Args:
        gabarit: its words.
        contexte: its values; those that the words do not use are left aside.
        entete: what every mail says.

    Raises:
        CourrierMalEcrit: a value is missing, or is no text, number nor date.
    """
    values = {name: _said(name, contexte[name]) for name in gabarit.connus if contexte.get(name) not in (None, "")}
    missing = sorted(gabarit.requis - values.keys())
    if missing:
        raise CourrierMalEcrit(f"Il manque à un courrier : {', '.join(missing)}.")
    values |= {name: str(words) for name, words in gabarit.fixe.items()}
    paragraphs = [str(phrase.texte) % values for phrase in gabarit.phrases if not phrase.si or phrase.si in values]
    subject = " ".join((str(gabarit.sujet) % values).split())[:MAX_SUJET]
    link = f"{entete.url}{gabarit.lien % values}" if gabarit.lien else ""
    return Ecrit(subject, _text(paragraphs, link, entete), _html(subject, paragraphs, link, entete))


def _said(name: str, value: Valeur) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise CourrierMalEcrit(f"La valeur {name} d'un courrier est une date sans fuseau.")
        local = value.astimezone(PARIS)
        return date_format(local, _JOUR) if name in _DAYS else date_format(local, _INSTANT)
    if isinstance(value, date):
        return date_format(value, _JOUR)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CourrierMalEcrit(f"La valeur {name} d'un courrier n'est ni un texte, ni un nombre, ni une date.")
    return _CONTROL.sub(" ", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()[:MAX_VALEUR]


def _text(paragraphs: list[str], link: str, entete: Entete) -> str:
    said = [_("Bonjour,"), *paragraphs, *([link] if link else []), "-- \n" + "\n".join(_signature(entete))]
    return "\n\n".join(said) + "\n"


def _signature(entete: Entete) -> list[str]:
    lines = [entete.administrateur, _("Espace de Confiance DRIM-M : %(url)s") % {"url": entete.url}]
    if entete.agents:
        lines.append(_("Une question ? Répondez à ce message : %(agents)s") % {"agents": entete.agents})
    return lines


def _html(subject: str, paragraphs: list[str], link: str, entete: Entete) -> str:
    body = "\n".join(f"<p>{_lines(text)}</p>" for text in [_("Bonjour,"), *paragraphs])
    button = f'\n<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
    signature = "<br>\n".join(escape(line) for line in _signature(entete))
    return (
        f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n<title>{escape(subject)}</title>\n</head>\n'
        f'<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">\n<main>\n{body}{button}\n</main>\n'
        f"<footer><p>{signature}</p></footer>\n</body>\n</html>\n"
    )


def _lines(text: str) -> str:
    return "<br>\n".join(escape(line) for line in text.split("\n"))
