// The answers as the reporter reads them before sending: the check page's typed part.
import { isolated } from '../words.mjs';

const element = (name, inside, attributes = {}) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...inside);
  return node;
};

const broken = line => line.split('\n').flatMap((part, n) => [...n ? [document.createElement('br')] : [], ...isolated(part)]);

// What stands beside the chosen answers, for a question with answers to choose from; else what was typed.
function said(form, name, value) {
  const chosen = [...form.querySelectorAll(`[type=radio][name="${name}"],[type=checkbox][name="${name}"]`)];
  if (chosen.length) {
    return chosen.filter(one => one.checked).map(one => form.querySelector(`label[for="${one.id}"]`).textContent.trim());
  }
  if (name === 'fingerprint') return value.length ? [String(value.length)] : [];
  return [value].flat().filter(Boolean);
}

// `short`: field → its short name, in the order of the page.
export function list(form, values, short, words) {
  const items = Object.entries(short).filter(([name]) => name in values && [values[name]].flat().some(Boolean))
    .map(([name, title]) => [title, said(form, name, values[name])]).filter(([, lines]) => lines.length);
  const dl = element('dl', [], { className: 'stack', translate: false });
  for (const [title, lines] of items.length ? items : [[words.nothing, []]]) {
    dl.append(element('div', [element('dt', [title], { className: 'meta' }),
      ...lines.map(line => element('dd', [element('bdi', broken(line), { dir: 'auto' })]))]));
  }
  return dl;
}
