// SPDX-FileCopyrightText: 2026 drimm contributors
// SPDX-License-Identifier: EUPL-1.2
// A certified OpenID provider in the shape of Pro Santé Connect: its paths, scopes, claims and lives of tokens.
// Standard input: one JSON object {modules, certificate, key, clients, person}. Standard output: the port, once it listens.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = JSON.parse(readFileSync(0, 'utf8'));
const { Provider } = await import(pathToFileURL(join(given.modules, 'oidc-provider', 'lib', 'index.js')));

const REALM = '/auth/realms/esante-wallet';
const PROTOCOL = '/protocol/openid-connect';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { sub, ...claims } = given.person;

function configuration() {
  return {
    clients: given.clients.map((client) => ({
      ...client,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid scope_all',
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'peer', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')], long: { sameSite: 'none' } },
    enableHttpPostMethods: true, // the logout form is posted, so that no token enters a URL
    scopes: ['openid', 'scope_all'],
    claims: { openid: ['sub'], scope_all: Object.keys(claims) },
    acrValues: ['eidas1'],
    pkce: { required: () => true },
    ttl: { AccessToken: 120, RefreshToken: 1800, AuthorizationCode: 60, IdToken: 120, Session: 14400, Grant: 14400, Interaction: 600 },
    features: { devInteractions: { enabled: false }, introspection: { enabled: true } },
    routes: {
      authorization: `${PROTOCOL}/auth`,
      token: `${PROTOCOL}/token`,
      introspection: `${PROTOCOL}/token/introspect`,
      userinfo: `${PROTOCOL}/userinfo`,
      jwks: `${PROTOCOL}/certs`,
      end_session: `${PROTOCOL}/logout`,
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
    extraTokenClaims: (_, token) => ({ SubjectNameID: claims.SubjectNameID, azp: token.clientId, acr: 'eidas1' }),
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    interactions: { url: (_, interaction) => `${REALM}/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid scope_all');
      await grant.save();
      return grant;
    },
  };
}

const tls = { cert: readFileSync(given.certificate), key: readFileSync(given.key) };
let provider;
const server = https.createServer(tls, (request, response) => {
  if (!request.url.startsWith(REALM)) return response.writeHead(404).end();
  request.url = request.url.slice(REALM.length).replace('/.well-known/wallet-openid-configuration', '/.well-known/openid-configuration');
  request.originalUrl = REALM + request.url; // how the provider knows the path it is mounted under
  if (request.url.startsWith('/interaction/')) {
    return provider.interactionFinished(request, response, { login: { accountId: sub, acr: 'eidas1', amr: ['pwd'] } });
  }
  return provider.callback()(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  provider = new Provider(`https://localhost:${port}${REALM}`, configuration());
  console.log(port);
});
