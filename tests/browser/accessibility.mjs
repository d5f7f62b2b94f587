// Checks that run within a page. Each returns what it complains of, as texts.

// Controls without a name, ids that are there twice.
export function unnamed() {
  const complaints = [];
  for (const element of document.querySelectorAll('input, select, button, a, textarea, pre')) {
    if (!element.checkVisibility()) continue;
    const named = element.labels?.length || element.getAttribute('aria-label') ||
      document.getElementById(element.getAttribute('aria-labelledby'))?.textContent ||
      (element.matches('button, a') && element.textContent.trim());
    if (!named) complaints.push(`no name: ${element.outerHTML.slice(0, 100)}`);
  }
  const editor = document.getElementById('editor')?.shadowRoot?.querySelector('[role=textbox]');
  if (!editor?.getAttribute('aria-label')) complaints.push('the editor has no name');
  const ids = [...document.querySelectorAll('[id]')].map(({id}) => id);
  for (const id of new Set(ids)) {
    if (ids.filter((other) => other === id).length > 1) complaints.push(`twice: #${id}`);
  }
  return complaints;
}

// Texts with less contrast than WCAG 2's AA wants, 4.5:1; disabled controls may have less.
export function contrasts() {
  const read = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return {red, green, blue, alpha};
  };
  const luminance = ({red, green, blue}) => {
    const [r, g, b] = [red, green, blue].map((channel) => {
      const value = channel / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.alpha === 1) return colour;
    }
    return {red: 255, green: 255, blue: 255};
  };
  const complaints = [];
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      const text = [...element.childNodes].filter(({nodeType}) => nodeType === Node.TEXT_NODE)
        .map(({data}) => data.trim()).join('');
      if (!text || !element.checkVisibility() || element.closest(':disabled, option, noscript')) {
        continue;
      }
      const [one, two] = [read(getComputedStyle(element).color), background(element)].map(luminance);
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (ratio < 4.5) complaints.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
    }
  };
  look(document);
  return complaints;
}

// Controls that a finger does not hit: WCAG 2.2 wants 24 pixels.
export function sizes() {
  return [...document.querySelectorAll('input, select, button')]
    .filter((element) => element.checkVisibility())
    .map((element) => [element.id, element.getBoundingClientRect()])
    .filter(([, {width, height}]) => width < 24 || height < 24)
    .map(([id, {width, height}]) => `${id}: ${width} x ${height}`);
}
