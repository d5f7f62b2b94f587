// The editor: CodeMirror, with Python.
//
// It lives in a shadow root, where its styles are style sheet objects instead of <style> elements:
// so the page's Content-Security-Policy needs no exception for them.

import {closeBrackets, closeBracketsKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap, indentWithTab} from '@codemirror/commands';
import {python} from '@codemirror/lang-python';
import {bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting}
  from '@codemirror/language';
import {EditorState} from '@codemirror/state';
import {EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers}
  from '@codemirror/view';
import {tags} from '@lezer/highlight';

// Colours are the page's custom properties, which shadow roots inherit.
const THEME = EditorView.theme({
  '&': {height: '100%', color: 'var(--text)', backgroundColor: 'var(--field)', fontSize: '14px'},
  '&.cm-focused': {outline: 'none'},
  '.cm-scroller': {fontFamily: 'var(--monospace)', lineHeight: '1.55', overflow: 'auto'},
  '.cm-content': {padding: '10px 0', caretColor: 'var(--text)'},
  '.cm-gutters': {backgroundColor: 'var(--field)', color: 'var(--quiet)', border: 'none'},
  '.cm-lineNumbers .cm-gutterElement': {padding: '0 10px 0 14px'},
  '.cm-activeLine, .cm-activeLineGutter': {backgroundColor: 'transparent'},
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter':
    {backgroundColor: 'var(--line)'},
  '.cm-content ::selection, .cm-line::selection': {backgroundColor: 'var(--selection)'},
  '&.cm-focused .cm-matchingBracket': {backgroundColor: 'var(--selection)'},
});

const COLOURS = HighlightStyle.define([
  {tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: 'var(--code-keyword)'},
  {tag: [tags.string, tags.special(tags.string), tags.character], color: 'var(--code-string)'},
  {tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)'},
  {tag: [tags.comment, tags.lineComment], color: 'var(--code-comment)', fontStyle: 'italic'},
  {tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName)),
         tags.className, tags.definition(tags.className), tags.meta],
   color: 'var(--code-name)'},
]);

// Typing over a selection. Chromium does it by style attributes, which the page's policy forbids; so
// the editor does it, as it does all that it does not leave to the browser.
const TYPE_OVER_SELECTION = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const {from, to, empty} = view.state.selection.main;
    const text = event.inputType === 'insertText' ? event.data : null;
    if (text === null || empty || view.composing) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(text),
      {userEvent: 'input.type', scrollIntoView: true});
    if (!view.state.facet(EditorView.inputHandler).some(
      (handler) => handler(view, from, to, text, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});

export function createEditor(host) {
  const root = host.attachShadow({mode: 'open', delegatesFocus: true});
  const extensions = [
    lineNumbers(), history(), bracketMatching(), closeBrackets(), indentOnInput(),
    highlightActiveLine(), highlightActiveLineGutter(), python(), indentUnit.of('    '),
    EditorState.tabSize.of(4), TYPE_OVER_SELECTION, THEME, syntaxHighlighting(COLOURS),
    EditorView.contentAttributes.of({
      'aria-label': 'Python program',
      'autocapitalize': 'off',
      'autocorrect': 'off',
      'spellcheck': 'false',
    }),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
  ];
  const view = new EditorView({root, parent: root, state: EditorState.create({extensions})});
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.setState(EditorState.create({doc: text, extensions}));
    },
    focus() {
      view.focus();
    },
    goTo(line, column = 1) {
      const {doc} = view.state;
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      view.dispatch({selection: {anchor: Math.min(at.from + column - 1, at.to)},
                     effects: EditorView.scrollIntoView(at.from, {y: 'center'})});
      view.focus();
    },
  };
}
