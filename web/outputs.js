// What a program printed, each stream in a box of its own. Text only: nothing becomes HTML.

import {clip} from './text.js';

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], {type: 'text/plain'}));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.toLowerCase().replace(/\W+/g, '-')}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function makeBox({name, text}, index) {
  const box = document.createElement('section');
  box.className = 'output';
  const head = document.createElement('div');
  head.className = 'output-head';
  const title = document.createElement('h3');
  title.id = `output-${index}`;
  title.textContent = name;
  head.append(title);
  box.append(head);
  if (text === '') {
    const nothing = document.createElement('p');
    nothing.className = 'note';
    nothing.textContent = 'nothing';
    box.append(nothing);
    return box;
  }
  const {text: shown, clipped} = clip(text);
  if (clipped) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = 'Save all of it';
    button.addEventListener('click', () => save(name, text));
    head.append(button);
  }
  const content = document.createElement('pre');
  content.tabIndex = 0;  // A keyboard can scroll only what has the focus.
  content.setAttribute('role', 'region');
  content.setAttribute('aria-labelledby', title.id);
  content.textContent = shown;
  box.append(content);
  return box;
}

export function showOutputs(host, outputs) {
  host.replaceChildren(...outputs.map(makeBox));
}
