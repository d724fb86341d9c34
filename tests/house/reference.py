# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``python -m tests.house.reference``: write the generated pages of docs/ again (settings, errors, states, parcours)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from confiance.exploitation.settings import Settings, reference
from tests.house import errors, parcours
from tests.house.forms import forms
from tests.house.sources import ROOT
from tests.house.states import machines

_MADE = "<!-- page générée par python -m tests.house.reference ; ne pas la modifier à la main -->"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ") or "—"


def _table(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> list[str]:
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *("| " + " | ".join(map(_cell, line)) + " |" for line in lines)]


def _default(text: str) -> str:
    return {"obligatoire": text, "vide": text, "True": "vrai", "False": "faux"}.get(text, f"`{text}`")


def _example(key: str) -> str:
    return f"`DRIMM_{key.upper().replace('.', '__')}` remplace `{key}` dans le fichier"


def settings_page(cls: type[Settings], title: str, example: str) -> str:
    """Return the French page of every setting of a program, one table per section."""
    text = [f"# Réglages : {title}", "", _MADE, ""]
    text += [
        "Un fichier TOML, nommé par `--config` ou par la variable `DRIMM_CONFIG`. Une variable d'environnement passe avant le fichier :",
        f"{_example(example)}. Les chemins relatifs partent du dossier du fichier.",
        "Une clé inconnue est une erreur qui la nomme.",
        "Les secrets ne sont jamais des valeurs : un réglage donne le chemin d'un fichier de mode 0600.",
        "",
        "Dans les titres, `[]` marque une table qui peut être répétée (`[[pacs]]` en TOML).",
    ]
    sections: dict[str, list[tuple[str, ...]]] = {}
    kinds = dict(forms(cls))
    for key, _, default, description in reference(cls):
        section, _, name = key.rpartition(".")
        sections.setdefault(section, []).append((f"`{name}`", kinds[key], _default(default), description))
    for section, lines in sections.items():
        text += [
            "",
            f"## {'`' + section + '`' if section else 'Premier niveau'}",
            "",
            *_table(("Réglage", "Forme", "Défaut", "Ce qu'il règle"), lines),
        ]
    return "\n".join(text) + "\n"


def errors_page() -> str:
    """Return the French page of every error: code, message, cure and clause."""
    text = ["# Erreurs", "", _MADE, ""]
    text += [
        "Chaque refus et chaque erreur porte un code stable, que comparent les programmes, une phrase et un remède, que lisent les gens.",
        "« En cause » dit de qui vient le défaut : *le pair* a envoyé ce qui ne peut être accepté ; *ce programme*, ses réglages ou ses",
        "fichiers sont à corriger ; *le réseau* a fait défaut, l'action sera reprise. Sans clause, la règle est la nôtre.",
    ]
    rows = errors.rows()
    for package in ("confiance", "espace", "drimbox", "banc"):
        lines = [
            (f"`{row.code}`", row.message, row.remede, row.clause, row.family) for row in rows if row.package == package and row.own_code
        ]
        if lines:
            text += ["", f"## {package}", "", *_table(("Code", "Message", "Remède", "Clause", "En cause"), lines)]
    return "\n".join(text) + "\n"


def states_page() -> str:
    """Return the French page of every table of states, drawn."""
    text = ["# États", "", _MADE, ""]
    text += [
        "Chaque salle tient ses états dans une table (`states.py`) ; rien d'autre ne les change, et les écrans montrent ces libellés.",
        "Une flèche sans texte est un passage que la salle fait d'elle-même ou à la demande d'une personne ; la raison est au journal.",
    ]
    for machine in machines():
        text += ["", f"## {machine.room} : {machine.name}", "", "```mermaid", machine.drawn(), "```"]
    return "\n".join(text) + "\n"


_STEP = ("Étape", "Ce qu'on lit", "Qui", "De", "Vers", "Délai ensuite (jours ouvrés)", "Motif", "Courrier", "Clause")


def parcours_page() -> str:
    """Return the French page of the parcours of dossiers: each one drawn, with its steps, its actors, its delays and its mails."""
    text = ["# Parcours des dossiers", "", _MADE, ""]
    text += [
        "Un dossier ne change d'état que par une de ces étapes. Le délai nomme un réglage de la table `[instruction]` ; la journée de",
        "l'acte ne compte pas, et la dernière finit à minuit, heure de Paris. L'Espace seul fait ce qui ne décide rien.",
    ]
    drawn = {machine.room: machine.drawn() for machine in machines()}
    for table in parcours.told():
        lines = [tuple(step.values()) for step in table["steps"]]
        text += ["", f"## {table['libelle']}", "", "```mermaid", drawn[table["room"]], "```", "", *_table(_STEP, lines), ""]
        text += ["Courriers partis par l'horloge, une fois par échéance :", "", *(f"- {one}" for one in table["relances"])]
    return "\n".join(text) + "\n"


def pages() -> dict[Path, Callable[[], str]]:
    """Return every generated page: path → what writes its text."""
    from drimbox.config import DrimboxSettings
    from espace.config import EspaceSettings

    return {
        ROOT / "docs/reference/espace.md": lambda: settings_page(EspaceSettings, "espace", "zone.port"),
        ROOT / "docs/reference/drimbox.md": lambda: settings_page(DrimboxSettings, "drimbox", "dmp.base_url"),
        ROOT / "docs/erreurs.md": errors_page,
        ROOT / "docs/etats.md": states_page,
        ROOT / "docs/parcours.md": parcours_page,
    }


def main() -> int:
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")
        print(f"· {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
