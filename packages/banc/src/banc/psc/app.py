# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The HTTP doors of the provider, at PSC's paths."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jws, jwt
from joserfc.errors import JoseError

from banc.psc import pages, tokens
from banc.psc.config import REALM, ClientPsc, PscConfig
from banc.psc.records import LoginUnderWay, Records, Session
from banc.psc.requests import ACR, NobodyError, PageRefusedError, SentBackError, authenticated_client, challenge_of, check_authorization

CONFIG: Final = web.AppKey("config", PscConfig)
RECORDS: Final = web.AppKey("records", Records)
MAX_BODY: Final = 64 * 1024
MAX_TOKEN: Final = 8192
_PROTOCOL: Final = f"{REALM}/protocol/openid-connect"
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def create_app(config: PscConfig) -> web.Application:
    """Return the application of one instance; it must be served at ``config.base_url``, over TLS."""
    app = web.Application(client_max_size=MAX_BODY)
    app[CONFIG] = config
    app[RECORDS] = Records(config)
    app.add_routes(
        [
            web.get(f"{REALM}/.well-known/wallet-openid-configuration", discovery),
            web.get(f"{REALM}/.well-known/openid-configuration", keycloak_discovery),
            web.get("/auth", authorize),
            web.post("/auth/choix", choose),
            web.post(f"{_PROTOCOL}/token", token),
            web.post(f"{_PROTOCOL}/token/introspect", introspect),
            web.get(f"{_PROTOCOL}/userinfo", userinfo),
            web.get(f"{_PROTOCOL}/certs", certs),
            web.get(f"{_PROTOCOL}/logout", logout),
            web.post(f"{_PROTOCOL}/logout", logout),
        ]
    )
    return app


async def discovery(request: web.Request) -> web.Response:
    """Answer PSC's own document, whose name is not the standard one."""
    return web.json_response(_metadata(request.app[CONFIG], "/auth"))


async def keycloak_discovery(request: web.Request) -> web.Response:
    """Answer the standard document: at PSC it is Keycloak's, and its authorization endpoint is the wrong one."""
    return web.json_response(_metadata(request.app[CONFIG], f"{_PROTOCOL}/auth"))


def _metadata(config: PscConfig, authorization: str) -> dict[str, Any]:
    protocol = config.base_url + _PROTOCOL
    return {
        "issuer": config.issuer,
        "authorization_endpoint": config.base_url + authorization,
        "token_endpoint": f"{protocol}/token",
        "introspection_endpoint": f"{protocol}/token/introspect",
        "userinfo_endpoint": f"{protocol}/userinfo",
        "end_session_endpoint": f"{protocol}/logout",
        "jwks_uri": f"{protocol}/certs",
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [config.algorithm],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "acr_values_supported": ["0", "0"],
        "scopes_supported": ["openid", "scope_all"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


async def authorize(request: web.Request) -> web.StreamResponse:
    """Check the request, then let the person choose who to be."""
    config, query = request.app[CONFIG], request.query
    try:
        client, redirect_uri = check_authorization(config, query)
    except PageRefusedError as error:
        return pages.refusal(config, str(error))
    except SentBackError as error:
        return _back(config, error.redirect_uri, {"error": error.error, "state": error.state})
    records = request.app[RECORDS]
    demande = secrets.token_urlsafe(24)
    login = LoginUnderWay(
        ends_at=records.ends_in(config.lives.login),
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scope=query["scope"],
        state=query["state"],
        nonce=query["nonce"],
        acr=ACR,
        challenge=query["code_challenge"],
    )
    records.logins.put(demande, login)
    return pages.choice(config, demande, client.client_id, redirect_uri)


async def choose(request: web.Request) -> web.StreamResponse:
    """Take the choice of the person and send the browser back."""
    config, records = request.app[CONFIG], request.app[RECORDS]
    form = await _form(request)
    login = records.logins.pop(form.get("demande", ""), config.now())
    if login is None:
        return pages.refusal(config, "Cette demande de connexion a expiré ou a déjà servi. Recommencez depuis l'application.")
    if form.get("action") != "connecter":
        return _back(config, login.redirect_uri, {"error": "access_denied", "state": login.state})
    person = config.professionnel(form.get("professionnel", ""))
    if person is None:
        return pages.refusal(config, "Ce professionnel n'existe pas.")
    code = records.open_session(login, person)
    return _back(config, login.redirect_uri, {"code": code, "state": login.state})


async def token(request: web.Request) -> web.Response:
    """Give tokens for a code or a refresh token."""
    config, records = request.app[CONFIG], request.app[RECORDS]
    form = await _form(request)
    try:
        client = authenticated_client(config, request.headers.get("Authorization"), form)
    except NobodyError:
        return _nobody()
    grants = {"authorization_code": _session_of_code, "refresh_token": _session_of_refresh}
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        return _error("unsupported_grant_type")
    session = grant(config, records, client, form)
    if session is None:
        return _error("invalid_grant")
    return web.json_response(tokens.issue(config, records, session), headers=_NO_STORE)


def _session_of_code(config: PscConfig, records: Records, client: ClientPsc, form: Mapping[str, str]) -> Session | None:
    code = records.use_code(form.get("code", ""))
    if code is None or code.login.client_id != client.client_id or code.login.redirect_uri != form.get("redirect_uri"):
        return None
    if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), code.login.challenge):
        return None
    return records.sessions.get(code.session_id, config.now())


def _session_of_refresh(config: PscConfig, records: Records, client: ClientPsc, form: Mapping[str, str]) -> Session | None:
    known = records.refresh.get(form.get("refresh_token", ""), config.now())
    session = records.session_of(known) if known is not None else None
    return session if session is not None and session.client_id == client.client_id else None


async def introspect(request: web.Request) -> web.Response:
    """Tell one of our clients whether a token is alive: like Keycloak, refresh tokens too, and then ``typ`` says so."""
    config, records = request.app[CONFIG], request.app[RECORDS]
    form = await _form(request)
    try:
        authenticated_client(config, request.headers.get("Authorization"), form)
    except NobodyError:
        return _nobody()
    for book, kind in ((records.access, "Bearer"), (records.refresh, "Refresh")):
        known = book.get(form.get("token", ""), config.now())
        session = records.session_of(known) if known is not None else None
        if known is not None and session is not None:
            return web.json_response(tokens.introspection(config, session, known, kind=kind), headers=_NO_STORE)
    body = {"active": False}
    return web.json_response(body, headers=_NO_STORE)


async def userinfo(request: web.Request) -> web.Response:
    """Tell who the bearer of an access token is."""
    config, records = request.app[CONFIG], request.app[RECORDS]
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    known = records.access.get(value[:MAX_TOKEN], config.now()) if scheme.lower() == "bearer" else None
    session = records.session_of(known) if known is not None else None
    if session is None:
        headers = {"WWW-Authenticate": 'Bearer realm="esante-wallet", error="invalid_token"'}
        return web.json_response({"error": "invalid_token"}, status=401, headers=headers)
    return web.json_response(session.person.claims(), headers=_NO_STORE)


async def certs(request: web.Request) -> web.Response:
    """Publish the public key."""
    key = request.app[CONFIG].key
    return web.json_response({"keys": [{**key.as_dict(private=False), "use": "sig", "alg": request.app[CONFIG].algorithm}]})


async def logout(request: web.Request) -> web.StreamResponse:
    """End the session that an id_token of ours designates, and send the browser back if its address is declared."""
    config, records = request.app[CONFIG], request.app[RECORDS]
    given = await _form(request) if request.method == "POST" else request.query
    claims = _own_claims(config, given.get("id_token_hint", ""))
    if claims is None:
        return pages.refusal(config, "Cette demande de déconnexion ne désigne aucune session.")
    records.close_session(str(claims.get("session_state")))
    client = config.client(str(claims.get("aud")))
    target = given.get("post_logout_redirect_uri")
    if target is None:
        return pages.goodbye(config)
    if client is None or target not in client.logout_uris:
        return pages.refusal(config, "L'adresse de retour n'est pas déclarée pour cette application.")
    return web.Response(status=302, headers={"Location": _joined(target, {"state": given.get("state", "")})})


def _own_claims(config: PscConfig, id_token: str) -> Mapping[str, Any] | None:
    """Read an id_token of ours, ended or not: a session outlives it."""
    try:
        return jwt.decode(id_token[:MAX_TOKEN], config.keys, [config.algorithm], jws.JWSRegistry()).claims
    except (JoseError, ValueError):
        return None


async def _form(request: web.Request) -> dict[str, str]:
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _back(config: PscConfig, redirect_uri: str, values: dict[str, str]) -> web.Response:
    return web.Response(status=302, headers={"Location": _joined(redirect_uri, {**values, "iss": config.issuer}), **_NO_STORE})


def _joined(url: str, values: dict[str, str]) -> str:
    kept = {key: value for key, value in values.items() if value}
    return url + ("&" if "?" in url else "?") + urlencode(kept) if kept else url


def _error(error: str) -> web.Response:
    return web.json_response({"error": error}, status=400, headers=_NO_STORE)


def _nobody() -> web.Response:
    body = {"error": "unauthorized_client", "error_description": "Invalid client or Invalid client credentials"}
    return web.json_response(body, status=401, headers={**_NO_STORE, "WWW-Authenticate": 'Basic realm="esante-wallet"'})
