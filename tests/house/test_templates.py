# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages: every template is used, every text goes through translation, nothing is fetched from elsewhere, every POST form is protected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, text_of, where

TEMPLATES = files("packages/*/src/*.html")
_TRANSLATED = re.compile(
    r"{%-?\s*block(?:translate|trans)\b.*?{%-?\s*endblock(?:translate|trans)\s*-?%}|{%-?\s*comment\b.*?endcomment\s*-?%}", re.DOTALL
)
_LANGUAGE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_CODE = re.compile(r"<(code|pre|kbd|samp|style|script)\b.*?</\1>", re.DOTALL)
_SPOKEN = re.compile(r"""\b(?:aria-label|title|alt|placeholder)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# entities, and words of standards, which are never translated: StudyInstanceUID, WADO-RS
_STANDARD = re.compile(r"&\w+;|\b[A-Z]\w*[A-Z]\w*\b")
_WORD = re.compile(r"[a-zà-ÿ]{3,}")


def untranslated(source: str) -> list[str]:
    """Return the texts of a template that people would read and that no translation covers."""
    bare = _LANGUAGE.sub(" ", _TRANSLATED.sub(" ", _CODE.sub(" ", source)))
    spoken = [first or second for first, second in _SPOKEN.findall(bare)]
    texts = [*re.sub(r"<!--.*?-->|<[^>]*>", "\n", bare, flags=re.DOTALL).splitlines(), *spoken]
    return [text.strip() for text in texts if _WORD.search(_STANDARD.sub(" ", text))]


def name_of(template: Path) -> str:
    """Return the name by which Django finds a template."""
    return str(template).rpartition("/templates/")[2]


def test_every_template_is_used() -> None:
    said = "".join(text_of(path) for path in (*files("packages/*/src/*.py"), *TEMPLATES))
    known_to_django = {"404.html", "500.html", "403.html", "400.html", "403_csrf.html"}
    unused = [
        where(path)
        for path in TEMPLATES
        if name_of(path) not in known_to_django and not re.search(rf"[\"']{re.escape(name_of(path))}[\"']", said)
    ]
    assert unused == []


# forms posted to another server, which must not learn our token: template → the address it posts to
POSTED_ELSEWHERE = {"conso/deconnexion.html": 'action="{{ formulaire.url }}"'}  # Pro Santé Connect, RP-initiated logout


@pytest.mark.parametrize("template", TEMPLATES, ids=where)
def test_every_text_of_the_page_goes_through_translation(template: Path) -> None:
    assert untranslated(text_of(template)) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=where)
def test_the_page_fetches_nothing_from_elsewhere_and_carries_no_inline_code(template: Path) -> None:
    source = text_of(template)
    assert re.findall(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//[^\"']*", source) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\bsrc=)[^>]*>|\sstyle\s*=", source) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=where)
def test_every_form_that_changes_something_is_protected(template: Path) -> None:
    forms = re.findall(r"<form\b[^>]*method\s*=\s*[\"']?post[^>]*>.*?</form>", text_of(template), re.DOTALL | re.IGNORECASE)
    elsewhere = POSTED_ELSEWHERE.get(name_of(template), "nowhere")
    assert [form[:80] for form in forms if ("{% csrf_token %}" in form) == (elsewhere in form)] == []


@pytest.mark.parametrize("template", [path for path in TEMPLATES if "<html" in text_of(path)], ids=where)
def test_a_whole_page_says_its_language_and_offers_to_skip_to_its_content(template: Path) -> None:
    source = text_of(template)
    assert re.search(r"<html[^>]*\blang=", source)
    assert re.search(r"<main\b", source)
    assert re.search(r"href=\"#\w+\"", source)
    assert 'name="viewport"' in source


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Bonjour</p>", ["Bonjour"]),
        ('<a aria-label="Fermer la page">×</a>', ["Fermer la page"]),
        ('<p>{% translate "Bonjour" %} {{ name }} <code>espace run</code></p>', []),
        ("{% blocktranslate %}Bonjour <b>vous</b>{% endblocktranslate %}", []),
    ],
)
def test_a_text_without_translation_would_be_found(source: str, found: list[str]) -> None:
    assert untranslated(source) == found


def test_every_program_with_pages_has_a_style_sheet_of_its_own() -> None:
    with_pages = {path.relative_to(ROOT).parts[1] for path in TEMPLATES}
    assert {path.relative_to(ROOT).parts[1] for path in files("packages/*/src/*.css")} >= with_pages
