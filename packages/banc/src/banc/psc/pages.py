# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pages a person sees: choose a test professional, a refusal, a goodbye. No script."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from banc.psc.config import PscConfig

_STYLE = """
body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;background:#f4f6f8;color:#17212b}
main{max-width:34rem;margin:4rem auto;background:#fff;padding:2rem;border:1px solid #b8c2cc;border-radius:.5rem}
p.note{border-left:.25rem solid #8a5a00;padding-left:.75rem}
label{display:block;padding:.5rem;border-radius:.25rem}label:hover{background:#eef3f8}
fieldset{border:1px solid #b8c2cc;border-radius:.25rem;margin-bottom:1.5rem}
button{font:inherit;padding:.6rem 1.2rem;border-radius:.25rem;border:1px solid #0b4f8a;background:#0b4f8a;color:#fff}
button[value=refuser]{background:#fff;color:#0b4f8a}
:focus-visible{outline:3px solid #c24700;outline-offset:2px}
"""


def choice(config: PscConfig, demande: str, client_id: str, redirect_uri: str) -> web.Response:
    """Return the page on which a person chooses who to be."""
    options = "".join(
        f'<label><input type="radio" name="professionnel" value="{escape(person.subject_name_id)}"{" checked" if not index else ""}> '
        f"{escape(person.label)}</label>"
        for index, person in enumerate(config.professionnels)
    )
    body = f"""
<h1>{escape(config.name)}</h1>
<p class="note">Simulateur de test : aucune identité réelle n'est utilisée ici.</p>
<p>L'application <strong>{escape(client_id)}</strong> demande votre identité.</p>
<form method="post" action="/auth/choix">
<input type="hidden" name="demande" value="{escape(demande)}">
<fieldset><legend>Professionnel de test</legend>{options}</fieldset>
<button name="action" value="connecter">Se connecter</button>
<button name="action" value="refuser">Refuser</button>
</form>"""
    # browsers apply form-action to the redirection that follows the form, hence the return address
    return _page(config, "Connexion", body, form_action=f"'self' {_origin(redirect_uri)}")


def refusal(config: PscConfig, sentence: str) -> web.Response:
    """Return a page that says why nothing happens."""
    return _page(config, "Demande refusée", f"<h1>Demande refusée</h1><p>{escape(sentence)}</p>", status=400)


def goodbye(config: PscConfig) -> web.Response:
    """Return the page shown after a logout without return address."""
    return _page(config, "Déconnexion", "<h1>Vous êtes déconnecté</h1><p>Vous pouvez fermer cette page.</p>")


def _page(config: PscConfig, title: str, body: str, *, status: int = 200, form_action: str = "'none'") -> web.Response:
    text = (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} — {escape(config.name)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
