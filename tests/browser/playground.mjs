// What somebody does with the playground, and what a hostile program can do to it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import {contrasts, sizes, unnamed} from './accessibility.mjs';
import {main, scenario} from './harness.mjs';

const DESKTOP = {viewport: {width: 1280, height: 860}};
const PHONE = {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true};

async function open({page, base}) {
  await page.goto(base);
  await page.waitForSelector('html[data-ready]');
}

async function write(page, program) {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(program);
}

const status = (page) => page.locator('#status').textContent();
const tone = (page) => page.locator('#verdict').getAttribute('data-tone');
const output = (page, name) => page.locator('.output', {hasText: name}).locator('pre');

async function ended(page) {
  await page.waitForFunction(() => !document.body.classList.contains('is-running') &&
    document.getElementById('verdict').dataset.tone !== 'idle');
}

async function run(page, program) {
  await write(page, program);
  await page.keyboard.press('Control+Enter');
  await ended(page);
}

scenario('hello_by_control_enter', DESKTOP, async (it) => {
  await open(it);
  await run(it.page, 'print("hello", 6 * 7)');
  assert.equal(await status(it.page), 'Finished');
  assert.equal(await output(it.page, 'Standard output').textContent(), 'hello 42\n');
  assert.equal(await output(it.page, 'Standard error').count(), 0);
  assert.match(await it.page.locator('#facts').textContent(), /^[0-9.]+ s · [0-9.]+ MB of memory$/);
  const phases = await it.page.locator('#phases-list dt').allTextContents();
  assert.deepEqual(phases, ['queue', 'fork', 'isolate', 'compile', 'run', 'collect']);
});

scenario('command_enter_and_the_button_run_too', DESKTOP, async (it) => {
  await open(it);
  await write(it.page, 'print(1)');
  await it.page.keyboard.press('Meta+Enter');
  await ended(it.page);
  assert.equal(await output(it.page, 'Standard output').textContent(), '1\n');
  await write(it.page, 'print(2)');
  await it.page.click('#run');
  await it.page.waitForFunction(() => document.querySelector('pre')?.textContent === '2\n');
});

scenario('output_and_error_are_apart', DESKTOP, async (it) => {
  await open(it);
  await run(it.page, 'print("before")\n\ndef f():\n    return 1 / 0\n\nf()');
  assert.equal(await tone(it.page), 'bad');
  assert.equal(await status(it.page), 'Failed: ZeroDivisionError on line 4');
  assert.equal(await output(it.page, 'Standard output').textContent(), 'before\n');
  const error = await output(it.page, 'Standard error').textContent();
  assert.match(error, /^Traceback[^]*ZeroDivisionError: division by zero/);
  await it.page.getByRole('button', {name: 'Go to line 4'}).click();
  await it.page.keyboard.insertText('#');
  assert.match(await it.page.locator('.cm-line').nth(3).textContent(), /^# {4}return/);
});

scenario('every_example_ends_as_it_says', DESKTOP, async (it) => {
  await open(it);
  const folder = await it.page.locator('script[type=module]').getAttribute('src');
  const examples = await it.page.evaluate(async (address) => {
    const {EXAMPLES} = await import(address);
    return EXAMPLES.map(({name, api, ends}) => ({name, api, ends}));
  }, new URL('examples.js', new URL(folder, it.base)).href);
  assert.deepEqual([...new Set(examples.map(({api}) => api))].sort(),
    ['cloudrun', 'code-executor', 'nsjail', 'pyrunner']);
  for (const {name, api, ends} of examples) {
    await it.page.selectOption('#example', {label: name});
    assert.equal(await it.page.locator('#api').inputValue(), api);
    await it.page.click('#run');
    await ended(it.page);
    assert.equal(await tone(it.page), ends, `${name}: ${await status(it.page)}`);
  }
});

scenario('a_value_of_main_is_shown_exactly', DESKTOP, async (it) => {
  await open(it);
  await it.page.selectOption('#api', 'cloudrun');
  assert.equal(await it.page.locator('#limits input').count(), 0);
  await run(it.page, 'def main():\n    print("printed")\n    return {"big": 2**70, "one": 1.0}');
  assert.equal(await output(it.page, 'Value of main()').textContent(),
    '{\n  "big": 1180591620717411303424,\n  "one": 1.0\n}');
  assert.equal(await output(it.page, 'Standard output').textContent(), 'printed');
});

scenario('out_of_time', DESKTOP, async (it) => {
  await open(it);
  await it.page.fill('#limit-timeout', '1');
  await run(it.page, 'print("so far")\nwhile True: pass');
  assert.equal(await tone(it.page), 'stopped');
  assert.equal(await status(it.page), 'Stopped: Execution timed out after 1 seconds');
  assert.equal(await output(it.page, 'Standard output').textContent(), 'so far\n');
});

scenario('stop_ends_the_program', DESKTOP, async (it) => {
  await open(it);
  await it.page.fill('#limit-timeout', '300');
  await write(it.page, 'while True: pass');
  assert.equal(await it.page.locator('#stop').isDisabled(), true);
  await it.page.keyboard.press('Control+Enter');
  const running = () => it.page.evaluate(async () =>
    (await (await fetch('health?verbose=1')).json()).running);
  while (await running() !== 1) await it.page.waitForTimeout(50);
  assert.equal(await it.page.locator('#run').isDisabled(), true);
  await it.page.click('#stop');
  await ended(it.page);
  assert.match(await status(it.page), /^Stopped by you/);
  while (await running() !== 0) await it.page.waitForTimeout(50);
  await run(it.page, 'print("again")');
  assert.equal(await output(it.page, 'Standard output').textContent(), 'again\n');
});

scenario('limits_are_those_of_the_service', DESKTOP, async (it) => {
  await open(it);
  const description = await it.page.evaluate(async () => (await fetch('openapi.json')).json());
  const {timeout, memory_limit: memory} = description.components.schemas.RunRequest.properties;
  const sent = [];
  it.page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(request.postDataJSON());
  });
  await write(it.page, 'print(1)');
  for (const [id, field, {minimum, maximum}] of [
    ['#limit-timeout', 'timeout', timeout], ['#limit-memory_limit', 'memory_limit', memory]]) {
    const usual = await it.page.locator(id).inputValue();
    for (const wrong of [minimum - 1, maximum + 1, '', '1.5', '-3', '1e2']) {
      await it.page.fill(id, String(wrong));
      await it.page.keyboard.press('Control+Enter');
      assert.match(await status(it.page), /^Not run/);
      assert.equal(await it.page.locator(id).getAttribute('aria-invalid'), 'true');
      assert.equal(await it.page.locator(`${id}-range`).textContent(),
        `A whole number, ${minimum} to ${maximum} ${field === 'timeout' ? 's' : 'MB'}`);
    }
    assert.deepEqual(sent, []);
    for (const right of [minimum, maximum]) {
      await it.page.fill(id, String(right));
      await it.page.keyboard.press('Control+Enter');
      await ended(it.page);
      assert.equal(await status(it.page), 'Finished');
      assert.equal(sent.pop()[field], right);
    }
    await it.page.fill(id, usual);
  }
});

const HOSTILE = ['<img src=x onerror=alert(1)>', '</pre></script><script>alert(2)</script>',
  '<style>*{display:none}</style>', '\u001b[2J\u001b[31mred\u001b]8;;http://evil.example\u0007x',
  'abc\u202edcba', 'a\u2066b\u200bc\ufeffd', '\u0000\u0008\u007f', 'javascript:alert(3)', '&lt;b&gt;'];

scenario('hostile_output_stays_text', DESKTOP, async (it) => {
  await open(it);
  const quoted = JSON.stringify(HOSTILE);
  const inside = async () => it.page.evaluate(() => ({
    elements: document.querySelectorAll('#outputs pre *, #status *').length,
    foreign: document.querySelectorAll('img, style, iframe, object, script:not([src])').length,
  }));
  await run(it.page, `for line in ${quoted}:\n    print(line)\nraise ValueError("".join(${quoted}))`);
  const text = await output(it.page, 'Standard output').textContent();
  for (const line of HOSTILE.slice(0, 3)) assert.ok(text.includes(line), line);
  assert.ok(text.includes('\u241b[2J') && text.includes('<U+202E>') && text.includes('\u2421'), text);
  assert.doesNotMatch(text, /[\u0000-\u0008\u001b\u007f\u200b\u202e\u2066\ufeff]/);
  assert.deepEqual(await inside(), {elements: 0, foreign: 0});

  // Where the error is quoted in the verdict.
  await it.page.selectOption('#api', 'cloudrun');
  await run(it.page, `def main():\n    raise ValueError("".join(${quoted}))`);
  assert.match(await status(it.page), /^Failed: ValueError: <img src=x onerror=alert\(1\)>/);
  assert.doesNotMatch(await status(it.page), /[\u0000-\u0008\u001b\u007f\u202e\u2066]/);
  await run(it.page, `def main():\n    return ${quoted}`);
  assert.ok((await output(it.page, 'Value of main()').textContent()).includes(HOSTILE[0]));
  assert.deepEqual(await inside(), {elements: 0, foreign: 0});
});

scenario('megabytes_freeze_nothing', {...DESKTOP, acceptDownloads: true}, async (it) => {
  await open(it);
  for (const [program, bytes] of [
    ['print("x" * 1_000_000)', 1_000_001],
    ['print("\\u202e" * 300_000)', 900_001],
    ['for i in range(200_000): print(i % 10)', 400_000],
  ]) {
    await run(it.page, program);
    assert.equal(await status(it.page), 'Finished');
    const start = Date.now();
    await it.page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    assert.ok(Date.now() - start < 5000, 'the page is laid out');
    const shown = await output(it.page, 'Standard output').evaluate((pre) => pre.textContent.length);
    assert.ok(shown < 700_000, `${shown} characters are shown`);
    const saving = it.page.waitForEvent('download');
    await it.page.getByRole('button', {name: 'Save all of it'}).click();
    assert.equal(fs.statSync(await (await saving).path()).size, bytes);
  }
});

scenario('keyboard_only', DESKTOP, async (it) => {
  await open(it);
  const focus = () => it.page.evaluate(() => document.activeElement.id ||
    document.activeElement.textContent);
  const order = [];
  for (let step = 0; step < 5; step++) {
    await it.page.keyboard.press('Tab');
    order.push(await focus());
  }
  assert.deepEqual(order, ['API description', 'openapi.json', 'example', 'api', 'editor']);
  await it.page.keyboard.press('Control+A');
  await it.page.keyboard.type('if True:\nprint(1)');
  await it.page.keyboard.press('Tab');  // Indents, and stays.
  assert.equal(await focus(), 'editor');
  await it.page.keyboard.press('Escape');
  await it.page.keyboard.press('Tab');
  assert.equal(await focus(), 'limit-timeout');
  await it.page.keyboard.press('Tab');
  assert.equal(await focus(), 'limit-memory_limit');
  await it.page.keyboard.press('Tab');
  assert.equal(await focus(), 'run');
  const outline = await it.page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return `${style.outlineStyle} ${style.outlineWidth}`;
  });
  assert.equal(outline, 'solid 2px');
  await it.page.keyboard.press('Enter');
  await ended(it.page);
  assert.equal(await focus(), 'run');
  await it.page.keyboard.press('Shift+Tab');
  await it.page.keyboard.press('Shift+Tab');
  await it.page.keyboard.press('Shift+Tab');
  assert.equal(await focus(), 'editor');
});

for (const colorScheme of ['light', 'dark']) {
  scenario(`accessible_in_the_${colorScheme}`, {...DESKTOP, colorScheme}, async (it) => {
    await open(it);
    for (const example of ['An exception', 'Out of memory', 'A refusal', 'Hello']) {
      await it.page.selectOption('#example', {label: example});
      await it.page.click('#run');
      await ended(it.page);
      await it.page.mouse.move(0, 0);
      assert.deepEqual(await it.page.evaluate(unnamed), []);
      assert.deepEqual(await it.page.evaluate(contrasts), []);
    }
    const live = it.page.getByRole('status');
    assert.equal(await live.getAttribute('aria-live'), 'polite');
    assert.equal(await it.page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await it.page.getByRole('heading', {level: 1}).count(), 1);
    const light = await it.page.evaluate(() =>
      getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0] > 128);
    assert.equal(light, colorScheme === 'light');
  });
}

for (const width of [390, 320]) {
  scenario(`phone_of_${width}_pixels`, {...PHONE, viewport: {width, height: 700}}, async (it) => {
    await open(it);
    await run(it.page, 'print("x" * 500)\nraise ValueError("y" * 500)');
    assert.equal(await it.page.evaluate(() => document.documentElement.scrollWidth), width);
    assert.deepEqual(await it.page.evaluate(sizes), []);
  });
}

const REFUSED = {...DESKTOP, expected: /Failed to load resource/};

scenario('a_key_is_asked_for_when_it_is_wanted', REFUSED, async (it) => {
  await open(it);
  assert.equal(await it.page.locator('#key').isVisible(), false);
  const seen = [];
  await it.page.route('**/run', (route) => {
    const key = route.request().headers().authorization;
    seen.push(key);
    if (key === 'Bearer secret') return route.continue();
    return route.fulfill({status: 401, contentType: 'application/json',
                          body: '{"detail":"Send a key."}'});
  });
  await run(it.page, 'print(1)');
  assert.match(await status(it.page), /API key/);
  assert.equal(await it.page.evaluate(() => document.activeElement.id), 'key');
  await it.page.keyboard.type('secret');
  await it.page.keyboard.press('Control+Enter');
  await ended(it.page);
  await it.page.waitForFunction(() =>
    document.getElementById('status').textContent === 'Finished');
  assert.deepEqual(seen, [undefined, 'Bearer secret']);
  const kept = await it.page.evaluate(() => [Object.values(sessionStorage),
    Object.keys(localStorage), document.cookie, location.href.includes('secret')]);
  assert.deepEqual(kept, [['secret'], [], '', false]);
  await it.page.reload();
  assert.equal(await it.page.locator('#key').inputValue(), 'secret');
});

scenario('refusals_are_told_in_words', REFUSED, async (it) => {
  await open(it);
  const answers = [
    [503, {detail: 'The service is busy.'}, {'Retry-After': '3'}, /The service is busy/],
    [429, {detail: 'Too often.'}, {'Retry-After': '7'}, /Too often/],
    [422, {detail: [{type: 'x', loc: ['body', 'code'], msg: 'Value error, Code cannot be empty'}]},
      {}, /code: Value error, Code cannot be empty/],
    [500, 'no JSON', {}, /Not run/],
  ];
  for (const [code, body, headers, expected] of answers) {
    await it.page.route('**/run', (route) => route.fulfill({
      status: code, headers, contentType: 'application/json',
      body: typeof body === 'string' ? body : JSON.stringify(body)}));
    await run(it.page, 'print(1)');
    assert.match(await status(it.page), expected);
    const facts = await it.page.locator('#facts').textContent();
    assert.ok(facts.startsWith(`HTTP ${code}`), facts);
    if (headers['Retry-After']) assert.match(facts, /try again in [37] s/);
    await it.page.unroute('**/run');
  }
  await it.page.route('**/run', (route) => route.abort());
  await run(it.page, 'print(1)');
  assert.match(await status(it.page), /^The service cannot be reached/);
});

await main();
