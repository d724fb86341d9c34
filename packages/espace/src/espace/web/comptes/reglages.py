# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from confiance.exploitation.settings import SecretFile, Section, read_secret

_File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Isc(Section):
    """[isc] — the identity provider of the industriels (OpenID Connect)."""

    server_url: str = Field(
        pattern="^https://[^?#]+$", description="Adresse du fournisseur d'identité iSC ; sa configuration OpenID est lue dessous."
    )
    client_id: str = Field(description="Identifiant de l'Espace auprès d'iSC.")
    client_secret: SecretFile = Field(description="Secret de l'Espace auprès d'iSC, fichier 0600.")
    scopes: tuple[str, ...] = Field(("openid", "profile", "email"), description="Portées demandées à iSC.")
    ca: _File | None = Field(None, description="AC du fournisseur d'identité, PEM ; absent, celles du système.")
    timeout_seconds: float = Field(10.0, gt=0, description="Durée maximale d'une question à iSC, en secondes.")


def providers(isc: Isc | None) -> dict[str, Any]:
    """Return the identity providers as allauth wants them: iSC, or none.

    Raises:
        SettingsError: its secret cannot be read.
    """
    if isc is None:
        return {}
    app = {
        "provider_id": "isc",
        "name": "iSC",
        "client_id": isc.client_id,
        "secret": read_secret(isc.client_secret).reveal(),
        "settings": {"server_url": isc.server_url, "oauth_pkce_enabled": True, "scope": list(isc.scopes)},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": list(isc.scopes), "APPS": [app]}}
