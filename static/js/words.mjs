// What people type, made clean and shown, as cases/intake/fields.py and the filter `isolate` (portal/templatetags) do it.
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const RUN = /\+?[0-9][0-9-]*(?: [0-9][0-9-]*)+|[A-Za-z0-9#@+](?:[!-~]*[A-Za-z0-9/=_])?/g;
const TURNS = /^[@#]|[0-9][^A-Za-z0-9]|[^A-Za-z0-9][0-9]|\//;

export const plain = text => (text ?? '').replace(/\r\n?/g, '\n').replace(CONTROLS, '').trim();

// Nodes: text, never markup; links, references and telephone numbers kept from being turned round in an Urdu sentence.
export function isolated(words) {
  const parts = [];
  let at = 0;
  for (const { 0: run, index } of words.matchAll(RUN)) {
    if (!TURNS.test(run)) continue;
    parts.push(words.slice(at, index), Object.assign(document.createElement('bdi'), { dir: 'ltr', textContent: run }));
    at = index + run.length;
  }
  return [...parts, words.slice(at)];
}
