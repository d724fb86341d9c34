// SPDX-FileCopyrightText: 2026 drimm contributors
// SPDX-License-Identifier: EUPL-1.2
// axe-core on pages already answered, in the Chromium of the machine. Standard input, one JSON object:
// {modules, chromium, profile, fixes, widths, views: [{name, url, status, html, picture?}]}; fixes is the folders of the static files.
// Standard output: one JSON array of {name, width, status, title, h1, foreign, overflow, violations: [{id, impact, help, nodes}]}.
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = JSON.parse(readFileSync(0, 'utf8'));
const { default: puppeteer } = await import(
  pathToFileURL(join(given.modules, 'puppeteer-core', 'lib', 'esm', 'puppeteer', 'puppeteer-core.js'))
);
const axe = readFileSync(join(given.modules, 'axe-core', 'axe.min.js'), 'utf8');
const TYPES = { '.css': 'text/css', '.svg': 'image/svg+xml', '.js': 'text/javascript' };
// one browser each: a page that is not in front is not painted, and waits for ever
const launch = (rank) =>
  puppeteer.launch({
    executablePath: given.chromium,
    userDataDir: join(given.profile, String(rank)),
    protocolTimeout: 600000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
  });

function fixed(url) {
  const path = normalize(new URL(url).pathname);
  const found = path.startsWith('/static/') && given.fixes.map((folder) => join(folder, path.slice(8))).find(existsSync);
  if (!found) return { status: 404, body: '' };
  return { status: 200, contentType: TYPES[extname(path)] ?? 'text/plain', body: readFileSync(found) };
}

const waiting = [...given.views.entries()];
const found = given.views.map(() => []);

async function look(page) {
  let view;
  await page.setRequestInterception(true);
  page.on('request', (asked) => {
    const html = asked.isNavigationRequest();
    asked.respond(html ? { status: view.status, contentType: 'text/html; charset=utf-8', body: view.html } : fixed(asked.url()));
  });
  while (waiting.length) {
    let rank;
    [rank, view] = waiting.shift();
    await page.setViewport({ width: given.widths[0], height: 900 });
    const answer = await page.goto(view.url, { waitUntil: 'load', timeout: 120000 });
    await page.evaluate(axe);
    for (const width of given.widths) {
      await page.setViewport({ width, height: 900 });
      const seen = await page.evaluate(async () => {
        const report = await window.axe.run(document, { resultTypes: ['violations'] });
        const root = document.documentElement;
        return {
          title: document.title,
          h1: document.querySelectorAll('h1').length,
          foreign: [...document.scripts].filter(({ src }) => !src.startsWith(`${location.origin}/static/`)).length,
          overflow: root.scrollWidth - root.clientWidth,
          violations: report.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((node) => node.html) })),
        };
      });
      if (view.picture) await page.screenshot({ path: `${view.picture}-${width}.png`, fullPage: true });
      found[rank].push({ name: view.name, width, status: answer.status(), ...seen });
    }
  }
}

await Promise.all(
  [0, 1].map(async (rank) => {
    const browser = await launch(rank);
    try {
      await look(await browser.newPage());
    } finally {
      await browser.close();
    }
  }),
);
process.stdout.write(JSON.stringify(found.flat()));
