// The Server-Timing header as a bar and a list.

// [{name, milliseconds}] of "queue;dur=0.004, run;dur=1.2"
export function readServerTiming(header) {
  const phases = [];
  for (const entry of (header ?? '').split(',')) {
    const found = /^\s*([\w-]+)\s*;\s*dur=([0-9.]+)\s*$/.exec(entry);
    if (found) phases.push({name: found[1], milliseconds: Number(found[2])});
  }
  return phases;
}

export function describeDuration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

export function showPhases(phases, bar, list) {
  bar.replaceChildren();
  list.replaceChildren();
  for (const {name, milliseconds} of phases) {
    const part = document.createElement('span');
    part.dataset.phase = name;
    part.style.flexGrow = String(Math.max(milliseconds, 0.001));
    bar.append(part);
    const pair = document.createElement('div');
    const term = document.createElement('dt');
    const key = document.createElement('span');
    key.className = 'swatch';
    key.dataset.phase = name;
    term.append(key, name);
    const value = document.createElement('dd');
    value.textContent = describeDuration(milliseconds);
    pair.append(term, value);
    list.append(pair);
  }
}
