// The report as one document. Who and what are asked by the server, because they decide who reads the rest; what is typed after
// them (typed.mjs) stays in memory, never in storage, cookies, the address or history.state, until Send posts it sealed.
import { comforts } from './comforts.mjs';
import * as page from './page.mjs';
import * as post from './post.mjs';

export const views = new Map();                    // step → its view
export const here = { name: '' };                  // the step that is shown
export const ASKED = ['who', 'what'];
const THERE = [...ASKED, 'elsewhere'];
export let root;                                   // the ceremony's public key, as the page named it that began
let typed, busy = false;                           // typed.mjs, once there are typed steps

export const form = name => page.formOf(views.get(name));
function away() {
  const [first] = views.values();                  // one of the server's, which has the words
  page.notice(views.get(here.name), page.saying(page.formOf(first).dataset.away));
}

export function show(name, { push = true } = {}) {
  name = typed?.ready(name) ?? name;
  if (push && name !== here.name) history.pushState({ step: name, from: here.name }, '');
  here.name = name;
  page.put(views.get(name));
}

// To a step before. Whoever answered it before this script had come has it at the server only.
export function back(name) {
  if (!views.has(name)) return ask(here.name === 'elsewhere' ? 'elsewhere' : 'what', 'back');
  if (history.state?.from === name) history.back();
  else show(name);
}

// A page of the server becomes a view, with what an earlier one of the same name held.
export function take(view, incoming, carry) {
  const name = page.nameOf(view), before = views.get(name);
  page.frame(incoming);
  if (carry && before) page.carry(before, view);
  comforts(page.formOf(view));
  views.set(name, view);
  if (name === 'what') import('./seal.mjs').catch(() => {});       // needed next; the reader is busy
}

const fields = (name, act) => [...new FormData(form(name)), ['act', act], ['sealing', 'browser']];

async function posted(name, act, url) {
  const html = await post.form(url, fields(name, act));
  return html && page.parse(html);
}

// Continue on who and what; the typed steps come in answer to the latter.
export async function ask(name, act, url = form(name).action) {
  const incoming = await posted(name, act, url);
  if (incoming?.getElementById('typed')) return begin(incoming);
  const view = incoming && page.ofPage(incoming);
  if (!view) return away();
  take(view, incoming, page.nameOf(view) !== name);
  show(page.nameOf(view));
}

async function begin(incoming) {
  try {
    await import('./seal.mjs');
    typed ??= await import('./typed.mjs');
  } catch (error) {
    if (error instanceof SyntaxError) return plainly();
    return page.notice(views.get(here.name), page.ofTemplate(incoming.querySelector('[data-notice=part]')));
  }
  await typed.begin(incoming);
}

// A browser too old to read what comes next, or a reporter who was told what it means: the server seals, and its pages say so.
// Nothing has been typed yet.
function plainly() {
  stop();
  form('what').submit();
}

// Each page of the server as it is, in the other language; then the typed steps.
async function translate(url) {
  for (const name of THERE.filter(name => views.has(name))) {
    const incoming = await posted(name, 'language', url), view = incoming && page.ofPage(incoming);
    if (!view) return away();
    take(view, incoming, false);
    if (name === here.name) show(name, { push: false });
  }
  await typed?.translate(url);
  if (document.documentElement.lang === url.split('/')[1]) history.replaceState(history.state, '', url);
}

async function act(what, button) {
  const [name, target] = what.split(':');
  if (name === 'language') return translate(button.getAttribute('formaction'));
  if (here.name === 'elsewhere') return back('what');
  if (name === 'weaker' && !typed) return plainly();
  if (ASKED.includes(here.name)) return name === 'back' ? back('who') : ask(here.name, name);
  return typed.act(name, target);
}

async function pressed(event) {
  if (event.target.id !== 'report' || event.defaultPrevented) return;      // the pictures wait for their fingerprints
  event.preventDefault();
  if (busy) return;
  busy = true;
  event.target.setAttribute('aria-busy', 'true');
  try {
    await act(event.submitter?.value || 'next', event.submitter);
  } finally {
    busy = false;
    event.target.removeAttribute('aria-busy');
  }
}

function visited({ state }) {
  const name = views.has('done') ? 'done' : state?.step;
  if (views.has(name)) show(name, { push: false });
}

// Whoever leaves by the exit leaves nothing behind for the Back button.
function left() {
  if (!document.body.classList.contains('gone')) return;
  page.wipe();
  views.clear();
  typed?.forget();
}

export function start(view, name) {
  view.dataset.title = document.title;
  ({ root } = page.formOf(view).dataset);
  views.set(name, view);
  here.name = name;
  history.replaceState({ step: name }, '');
  document.addEventListener('submit', pressed);
  addEventListener('popstate', visited);
  addEventListener('pagehide', left);
}

// From here on the pages are the server's, and the browser posts them as they are.
export function stop() {
  document.removeEventListener('submit', pressed);
  removeEventListener('popstate', visited);
}
