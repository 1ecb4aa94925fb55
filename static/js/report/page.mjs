// Putting steps on the page. A view is the content of <main>: it stays in memory, with what was typed, while another is shown.
const main = document.getElementById('main');

export const parse = html => new DOMParser().parseFromString(html, 'text/html');
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

// Everything around <main> in the language of the page that came. The exit button stays itself: site.mjs listens on it.
export function frame(incoming) {
  const root = document.documentElement, theirs = incoming.documentElement;
  for (const sheet of incoming.querySelectorAll('head link[rel=stylesheet]')) {
    const have = document.head.querySelector(`link[href="${sheet.getAttribute('href')}"]`);
    if (!have) document.head.append(document.adoptNode(sheet));
  }
  if (root.lang === theirs.lang) return;
  root.lang = theirs.lang;
  root.dir = theirs.dir;
  for (const part of ['.skip', '.brand', '.swap', '.demo', 'body > footer']) {
    const [mine, new_] = [document, incoming].map(page => page.querySelector(part));
    if (mine && new_) mine.replaceWith(document.adoptNode(new_));
  }
  const [mine, new_] = [document, incoming].map(page => page.querySelector('.exit'));
  for (const { name, value } of new_.attributes) mine.setAttribute(name, value);
  [...mine.childNodes].find(node => node.nodeType === 3 && node.data.trim()).data = new_.textContent.trim();
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

// The part that makes fingerprints; its script comes with the view, and does not run by itself there.
export async function pictures(view) {
  const script = view.querySelector('script[src]'), box = view.querySelector('[data-pictures]');
  if (!box) return;
  script?.remove();
  (await import(script.getAttribute('src'))).wire(box);
}
