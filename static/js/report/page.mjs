// Putting steps on the page. A view is the content of <main>: it stays in memory, with what was typed, while another is shown.
const main = document.getElementById('main');

export { frame, parse } from '../frame.mjs';
export const formOf = view => view.querySelector('#report');
export const nameOf = view => formOf(view)?.elements.page?.value;

// What a template of the typed steps holds, and what a page of the server shows.
export const ofTemplate = template => document.importNode(template.content, true).firstElementChild;
export function ofPage(incoming) {
  const view = incoming.querySelector('main .read');
  if (!view || !formOf(view)) return null;
  view.dataset.title = incoming.title;
  return document.adoptNode(view);
}

export function put(view) {
  main.replaceChildren(view);
  document.title = view.dataset.title;
  scrollTo(0, 0);
  const target = view.querySelector('#error-summary,h1');
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

export function wipe() {
  main.replaceChildren();
}

// A note above the form; null takes it away.
export function notice(view, note) {
  view.querySelector(':scope > .note')?.remove();
  if (!note) return;
  view.prepend(note);
  scrollTo(0, 0);
}

export function saying(words) {
  const note = document.createElement('div'), p = note.appendChild(document.createElement('p'));
  note.className = 'note warn';
  note.setAttribute('role', 'alert');
  p.textContent = words;
  return note;
}

// What was typed and chosen goes from one view to another that asks the same. True if the other asks something more.
export function carry(from, to) {
  const old = [...formOf(from).elements], names = new Set(old.map(one => one.name));
  let more = false;
  for (const control of formOf(to).elements) {
    const { name, type, value } = control;
    if (!name || type === 'hidden' || type === 'submit') continue;
    more ||= !names.has(name);
    if (!names.has(name)) continue;
    const same = old.filter(one => one.name === name);
    if (type === 'radio' || type === 'checkbox') control.checked = same.some(one => one.value === value && one.checked);
    else control.value = same[0].value;
    control.dispatchEvent(new Event('input'));
  }
  formOf(to).querySelector('.files')?.append(...formOf(from).querySelectorAll('.files > li'));
  return more;
}

// The part that makes fingerprints: at its own address, never at one that an answer of the server names. If it cannot be had, the
// report goes on without.
export async function pictures(view) {
  const box = view.querySelector('[data-pictures]');
  if (!box) return;
  view.querySelector('script').remove();
  await import('../pictures.mjs').then(part => part.wire(box), () => {
    view.querySelector('[data-cannot]').hidden = false;
  });
}
