import {APIS, readAnswer} from './apis.js';
import {createEditor} from './editor.js';
import {EXAMPLES} from './examples.js';
import {LimitFields, limitsOf} from './limits.js';
import {showOutputs} from './outputs.js';
import {readServerTiming, showPhases} from './phases.js';
import {parseExactly, visible} from './text.js';

const KEY = 'pyrunner-key';  // In sessionStorage, which ends with the tab.

const byId = (id) => document.getElementById(id);
const editor = createEditor(byId('editor'));
const limits = new LimitFields(byId('limits'));
let description;  // openapi.json
let running;      // the AbortController of the request under way

const chosenApi = () => APIS.find(({id}) => id === byId('api').value);

function showApi(wanted) {
  const api = chosenApi();
  byId('api-note').textContent = api.note;
  limits.show(limitsOf(description, api.path), wanted);
}

function showExample() {
  const example = EXAMPLES[Number(byId('example').value)];
  editor.text = example.program;
  byId('api').value = example.api;
  showApi(example.limits);
}

function showVerdict({tone, words, facts = [], place}) {
  byId('verdict').dataset.tone = tone;
  byId('status').textContent = visible(words.slice(0, 1000));  // It may quote the program.
  byId('facts').textContent = facts.join(' · ');
  const button = byId('go-to-line');
  button.hidden = !place;
  if (place) {
    button.textContent = `Go to line ${place.line}`;
    button.onclick = () => editor.goTo(place.line, place.column);
  }
}

function show(answer, timing) {
  showVerdict(answer);
  showOutputs(byId('outputs'), answer.outputs ?? []);
  const phases = readServerTiming(timing);
  byId('phases').hidden = phases.length === 0;
  showPhases(phases, byId('phases-bar'), byId('phases-list'));
}

function showKeyField() {
  byId('key-field').hidden = false;
  byId('key').focus();
}

async function send(api, body, signal) {
  const headers = {'Content-Type': 'application/json', 'Accept': 'application/json'};
  const key = byId('key').value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await fetch(api.path.slice(1), {
    method: 'POST', headers, body: JSON.stringify(body), signal, cache: 'no-store',
    credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
  });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
    if ('result' in json) json.result = parseExactly(text).result;
  } catch {
    json = {detail: text.slice(0, 200)};
  }
  const answer = readAnswer(api, response.status, json, response.headers.get('Retry-After'));
  return {answer, timing: response.headers.get('Server-Timing')};
}

function setRunning(controller) {
  const stopHadFocus = document.activeElement === byId('stop');
  running = controller;
  byId('run').disabled = Boolean(controller);
  byId('stop').disabled = !controller;
  document.body.classList.toggle('is-running', Boolean(controller));
  if (!controller && stopHadFocus) byId('run').focus();
}

async function run() {
  if (running) return;
  const chosen = limits.read();
  if (!chosen) {
    showVerdict({tone: 'refused', words: 'Not run: a limit is out of its range'});
    return;
  }
  const api = chosenApi();
  const controller = new AbortController();
  const runHadFocus = document.activeElement === byId('run');
  setRunning(controller);
  if (runHadFocus) byId('stop').focus();
  show({tone: 'running', words: 'Running …'});
  try {
    const {answer, timing} = await send(api, api.body(editor.text, chosen), controller.signal);
    setRunning(undefined);
    show(answer, timing);
    if (answer.wantsKey) showKeyField();
  } catch (error) {
    setRunning(undefined);
    if (controller.signal.aborted) {
      show({tone: 'stopped', words: 'Stopped by you; the program has been ended'});
    } else {
      show({tone: 'refused', words: `The service cannot be reached: ${error.message}`});
    }
  }
}

function readKey() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';  // Storage may be forbidden; the key then lasts as long as the page.
  }
}

function keepKey() {
  try {
    sessionStorage.setItem(KEY, byId('key').value.trim());
  } catch {
    // As above.
  }
}

function fill(select, options) {
  select.replaceChildren(...options);
}

function fillChoices() {
  fill(byId('api'), APIS.map(({id, name}) => new Option(name, id)));
  fill(byId('example'), APIS.map((api) => {
    const group = document.createElement('optgroup');
    group.label = api.name;
    EXAMPLES.forEach((example, index) => {
      if (example.api === api.id) group.append(new Option(example.name, String(index)));
    });
    return group;
  }));
}

function listen() {
  byId('example').addEventListener('change', showExample);
  byId('api').addEventListener('change', () => showApi());
  byId('key').addEventListener('input', keepKey);
  byId('stop').addEventListener('click', () => running?.abort());
  byId('form').addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  // Before the editor sees it, and wherever the focus is.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }, {capture: true});
}

async function start() {
  fillChoices();
  listen();
  byId('key').value = readKey();
  if (byId('key').value) byId('key-field').hidden = false;
  showExample();
  try {
    const response = await fetch('openapi.json', {credentials: 'omit'});
    description = await response.json();
  } catch {
    byId('api-note').textContent = 'The limits could not be read; the defaults apply.';
    return;
  }
  showApi(EXAMPLES[Number(byId('example').value)].limits);
  document.documentElement.dataset.ready = 'yes';
}

start();
