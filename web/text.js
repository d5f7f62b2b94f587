// What programs print, made fit to be looked at. Nothing here makes HTML.

// Characters that do something to the text around them instead of being seen: controls (but for
// newline and tab), directions of writing, and what has no width.
const UNSEEN = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e' +
  '\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]', 'g');

const LAST_C0 = 0x1f;
const DELETE = 0x7f;
const CONTROL_PICTURES = 0x2400;

// Each such character as a picture of it (␛), or by its number.
export function visible(text) {
  return text.replace(/\r\n/g, '\n').replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    if (code <= LAST_C0) return String.fromCharCode(CONTROL_PICTURES + code);
    if (code === DELETE) return '\u2421';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

// Browsers take seconds to lay out a megabyte, and minutes if it is one line.
const MOST_SHOWN = 60_000;
const LONGEST_LINE = 5_000;

function clipLine(line) {
  if (line.length <= LONGEST_LINE) return line;
  const left = line.length - LONGEST_LINE;
  return `${line.slice(0, LONGEST_LINE)} … ${left.toLocaleString('en')} more characters`;
}

// {text, clipped}: head and tail of what is long.
export function clip(text) {
  let shown = text;
  if (text.length > MOST_SHOWN) {
    const left = text.length - MOST_SHOWN;
    shown = `${text.slice(0, MOST_SHOWN / 2)}\n… ${left.toLocaleString('en')} characters …\n` +
      text.slice(-MOST_SHOWN / 2);
  }
  shown = shown.split('\n').map(clipLine).join('\n');
  return {text: visible(shown), clipped: shown !== text};
}

// `text` parsed, with numbers as they were written: a value of main() may be longer than a double.
export function parseExactly(text) {
  if (!JSON.rawJSON) return JSON.parse(text);
  return JSON.parse(text, (key, value, context) =>
    typeof value === 'number' && context?.source ? JSON.rawJSON(context.source) : value);
}
