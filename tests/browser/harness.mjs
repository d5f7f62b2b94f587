// Scenarios in a real browser: node FILE.mjs SCENARIO BASE_URL prints {"failure": "..."} or {}.
//
// Whatever a scenario does, it fails if a page breaks its Content-Security-Policy, asks another
// server for anything, throws, or complains on the console.

import assert from 'node:assert/strict';
import {chromium} from '../../.deps/browser/node_modules/playwright-core/index.mjs';

const SECONDS = 1000;
const PATIENCE = 20 * SECONDS;

const scenarios = new Map();

// `options` are those of a browser's context; `expected` matches what the console may say.
export function scenario(name, options, steps) {
  scenarios.set(name, {options, steps});
}

async function watch(context, base, complaints, expected) {
  await context.exposeBinding('reportViolation', (_, text) => complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI} ` +
        `${event.sourceFile}:${event.lineNumber} ${event.sample}`);
    });
  });
  await context.route('**', (route) => {
    const address = route.request().url();
    if (address.startsWith(base) || address.startsWith('blob:') || address.startsWith('data:')) {
      return route.continue();
    }
    complaints.push(`asks another server: ${address}`);
    return route.abort();
  });
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!expected?.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(`thrown: ${error.error()}`));
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
}

async function run(name, base) {
  const {options: {expected, ...options}, steps} = scenarios.get(name);
  // Chromium's own sandbox cannot be had by root.
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
  const complaints = [];
  try {
    const context = await browser.newContext({reducedMotion: 'reduce', ...options});
    context.setDefaultTimeout(PATIENCE);
    await watch(context, base, complaints, expected);
    const page = await context.newPage();
    await steps({page, context, base});
    assert.deepEqual(complaints, []);
  } catch (error) {
    return {failure: `${error.stack}\n${complaints.join('\n')}`};
  } finally {
    await browser.close();
  }
  return {};
}

// To be called when all scenarios are told.
export async function main() {
  const [name, base] = process.argv.slice(2);
  if (name === '--list') {
    console.log(JSON.stringify([...scenarios.keys()]));
    return;
  }
  console.log(JSON.stringify(await run(name, base)));
}
