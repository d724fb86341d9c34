// SPDX-FileCopyrightText: 2026 drimm contributors
// SPDX-License-Identifier: EUPL-1.2
// axe-core on pages, in the Chromium of the machine. Standard input, one JSON object:
// {modules, chromium, profile, origin, cookies: [{name, value}], visits: [{page, widths, pictures?}]}.
// Standard output: one JSON array of {url, width, status, title, overflow, violations: [{id, impact, help, nodes}]}.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = JSON.parse(readFileSync(0, 'utf8'));
const { default: puppeteer } = await import(
  pathToFileURL(join(given.modules, 'puppeteer-core', 'lib', 'esm', 'puppeteer', 'puppeteer-core.js'))
);
const axe = readFileSync(join(given.modules, 'axe-core', 'axe.min.js'), 'utf8');
const browser = await puppeteer.launch({
  executablePath: given.chromium,
  userDataDir: given.profile,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
});
const found = [];
try {
  const page = await browser.newPage();
  await page.setBypassCSP(true); // axe is a script, and our policy lets none run
  if (given.cookies.length) await page.setCookie(...given.cookies.map((one) => ({ ...one, url: given.origin })));
  for (const visit of given.visits) {
    await page.setViewport({ width: visit.widths[0], height: 900 });
    const answer = await page.goto(given.origin + visit.page, { waitUntil: 'load', timeout: 60000 });
    await page.evaluate(axe);
    for (const width of visit.widths) {
      await page.setViewport({ width, height: 900 });
      const seen = await page.evaluate(async () => {
        const report = await window.axe.run(document, { resultTypes: ['violations'] });
        const root = document.documentElement;
        const violations = report.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((node) => node.html) }));
        return { title: document.title, overflow: root.scrollWidth - root.clientWidth, violations };
      });
      if (visit.pictures) await page.screenshot({ path: `${visit.pictures}-${width}.png`, fullPage: true });
      found.push({ url: given.origin + visit.page, width, status: answer.status(), ...seen });
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(found));
