// Swagger UI at /docs.

import assert from 'node:assert/strict';
import {main, scenario} from './harness.mjs';

const DESKTOP = {viewport: {width: 1280, height: 900}};

async function open({page, base}, query = '') {
  await page.goto(`${base}/docs${query}`);
  await page.waitForSelector('html[data-ready]');
}

async function execute(page) {
  const operation = page.locator('#operations-PyRunner-run');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', {name: 'Try it out'}).click();
  await operation.locator('textarea').fill('{"code": "print(6 * 7)"}');
  await operation.getByRole('button', {name: 'Execute'}).click();
  const live = operation.locator('.live-responses-table');
  await live.waitFor();
  return live;
}

scenario('every_operation_is_there', DESKTOP, async (it) => {
  await open(it);
  const description = await it.page.evaluate(async () => (await fetch('openapi.json')).json());
  const count = Object.values(description.paths)
    .reduce((sum, item) => sum + Object.keys(item).length, 0);
  await it.page.waitForFunction((wanted) =>
    document.querySelectorAll('.opblock').length === wanted, count);
  assert.equal(await it.page.locator('.errors-wrapper').count(), 0);
});

scenario('trying_it_out_runs_a_program', DESKTOP, async (it) => {
  await open(it);
  const live = await execute(it.page);
  assert.match(await live.textContent(), /200/);
  assert.match(await live.textContent(), /"stdout": "42\\n"/);
});

scenario('a_key_goes_with_the_request', DESKTOP, async (it) => {
  await open(it);
  await it.page.getByRole('button', {name: 'Authorize'}).first().click();
  const dialog = it.page.locator('.modal-ux');
  await dialog.locator('input').first().fill('secret');
  await dialog.locator('button[type=submit]').first().click();
  await dialog.getByRole('button', {name: 'Close'}).last().click();
  const sending = it.page.waitForRequest((request) => request.method() === 'POST');
  await execute(it.page);
  const headers = await (await sending).allHeaders();
  assert.equal(headers.authorization, 'Bearer secret');
  assert.deepEqual(await it.page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
});

scenario('a_link_cannot_show_another_description', DESKTOP, async (it) => {
  await open(it, '?url=https://evil.example/openapi.json&configUrl=https://evil.example/c.json');
  assert.equal(await it.page.locator('.info .title').first().textContent().then(
    (title) => title.startsWith('PyRunner')), true);
});

scenario('every_operation_can_be_opened', DESKTOP, async (it) => {
  await open(it);
  for (const summary of await it.page.locator('.opblock-summary-control').all()) {
    await summary.click();
  }
  const open_ = await it.page.locator('.opblock.is-open').count();
  assert.equal(open_, await it.page.locator('.opblock').count());
});

await main();
