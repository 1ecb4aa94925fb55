// The inbox in the browser: the code finds the report and opens the messages here; neither the code nor a typed word is posted.
// Where this cannot be, the page works without it, says that this is weaker, and nothing goes that way unless it is chosen.
import { able } from './able.mjs';
import { frame, parse } from './frame.mjs';
import { isolated, plain } from './words.mjs';

const WORDS = ['code', 'message', 'assent', 'ask', 'opinion', 'review'];        // what people type: kept here, put back into pages
const FIELD = { write: 'message', back_online: 'message', ask: 'ask', opinion_words: 'opinion' };  // what a button seals
const SENT = { sent: 'message', answered: 'assent', told: 'ask', explained: 'opinion', reviewed: 'review' };      // what a notice says has arrived
const SECONDS = 60;
const utf8 = new TextEncoder(), strict = new TextDecoder('utf-8', { fatal: true });
const typed = {}, ids = new Map();
let vault, secrets = {}, key, offline, pending = null, turn = Promise.resolve();

const one = selector => document.querySelector(selector), root = one('[data-root]')?.dataset.root;

// --- opening ----------------------------------------------------------------------------------------------------------------
async function derive(body, salts) {
  vault ??= { ...await import('./vault/sealing.mjs'), ...await import('./vault/receipt.mjs') };
  const code = vault.normalise(typed.code);
  // The server says what is wrong with it, and sees only how many digits and other characters there are.
  if (!code) return body.set('code', typed.code.replace(/\p{Nd}/gu, '0').replace(/[^0\s-]/gu, 'x').slice(0, 60));
  secrets = {};
  for (const [version, salt] of Object.entries(salts)) {
    secrets[version] = await vault.derive(code, salt);
    body.append('locator', vault.hex(secrets[version].locator));
  }
}

async function unseal(view) {
  const { case: owner, key: id, wrap, locked, salt } = view.dataset, to = { scope: owner, key: id, kind: 'reporter', recipient: owner };
  let mine;
  const open = (key, wrap) => vault.openBlob(mine, vault.unbase64(wrap), vault.context('data-key', { ...to, key, version: 1 }));
  key = null;
  try {
    mine = await vault.unlockPrivate(secrets[salt].unlock, vault.unbase64(locked));
    key = await open(id, wrap);
  } catch {
    view.querySelector('[data-off]').hidden = false;
    return view.querySelector('[data-write]').remove();
  }
  await Promise.all(Array.from(view.querySelectorAll('[data-sealed]'), async text => {
    const { record, sealed, own, ownWrap, field = 'message' } = text.dataset;        // an answer of another unit has its own key
    const words = await (async () => strict.decode(await vault.openField(
      own ? await open(own, ownWrap) : key, vault.unbase64(sealed), { case: owner, field, record })))().catch(() => null);
    if (words === null) return;
    text.append(...isolated(words));
    text.hidden = false;
    text.nextElementSibling.remove();                    // which says that it does not open
  }));
}

// --- writing ------------------------------------------------------------------------------------------------------------------
// In the place of what was typed: the sealed words with the id of their row, the same however often they are sent.
async function seal(body, act, view) {
  const assents = act === 'answer:ask_platform' && body.get('ask_platform') === 'yes';
  const field = assents ? 'assent' : FIELD[act.split(':')[0]], control = field && view?.querySelector(`#id_${field}`);
  if (!control || !key) return;
  const { kind, most, record: asked } = control.dataset, text = plain(typed[field]), now = [...text].length;
  if (!kind && now > most) return body.set('over', `${now} ${most}`);
  const { flaw, value } = kind ? (await import('./asked.mjs')).check(control.dataset, text) : { value: text };
  if (flaw) return body.set('flaw', flaw);
  const words = act === 'back_online' ? [view.dataset.online, value].filter(Boolean).join('\n\n') : value;
  if (!words) return;
  const same = `${view.dataset.case} ${field} ${words}`;
  if (!ids.has(same)) ids.set(same, asked ?? vault.newId());
  const record = ids.get(same);
  body.set('row', record);
  body.set('sealed', vault.base64(await vault.sealField(key, utf8.encode(words), { case: view.dataset.case, field, record })));
}

// To another unit alone, whose keys must lead to the root that the first page named. Sent twice, it is the same.
async function sealReview(body, page) {
  const text = plain(typed.review), now = [...text].length, { most } = one('#id_review').dataset;
  if (now > most) return body.set('over', `${now} ${most}`);
  if (!text) return;
  const same = `${page} ${text}`;
  if (!ids.has(same)) ids.set(same, await (await import('./asked.mjs')).review(vault, JSON.parse(page), root, utf8.encode(text)));
  for (const [name, value] of Object.entries(ids.get(same))) body.set(name, value);
}

// --- from page to page ----------------------------------------------------------------------------------------------------------
async function press(form, button) {
  const body = new URLSearchParams(new FormData(form)), act = button?.value || body.get('act') || body.get('enter') || '';
  for (const name of WORDS) {
    const control = form.querySelector(`#id_${name}`);
    if (control) typed[name] = control.value;
    body.delete(name);
  }
  if (act) body.set('act', act);
  body.delete('enter');
  if (WORDS.some(name => name !== 'code' && typed[name])) body.set('wrote', '1');
  one('[data-offline]')?.setAttribute('hidden', '');
  if (form.dataset.salts && act !== 'language') {
    one('[data-broken]').hidden = true;
    one('[data-working]').textContent = one('[data-working]').dataset.working;
    try {
      await derive(body, JSON.parse(form.dataset.salts));
    } catch {
      return notice('[data-broken]');
    }
  } else if (!form.dataset.salts) {
    const review = one('[data-review]')?.dataset.review;
    if (review && act === 'review:yes') await sealReview(body, review);
    else await seal(body, act, one('[data-case]'));
  }
  await send(button?.getAttribute('formaction') || form.getAttribute('action'), body);
}

// One after another. If an answer came meanwhile, it is the same button of the new page that counts.
async function again(form, button, act) {
  if (form.isConnected) return press(form, button);
  const same = [...document.querySelectorAll('main button')].find(one => one.value === act);
  if (same) await press(same.form, same);
}

// A page of ours, or null: nobody answers, the answer breaks off, somebody on the way answers.
async function ask(url, body) {
  try {
    const answer = await fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout?.(SECONDS * 1000) });
    const incoming = parse(await answer.text());
    return incoming.querySelector(answer.ok ? 'main h1' : 'main form') && incoming;
  } catch {
    return null;
  }
}

async function send(url, body) {
  const incoming = await ask(url, body);
  if (!incoming) return notice('[data-offline]');
  const view = incoming.querySelector('[data-case]'), first = view && !one('[name=visit]');
  if (view) await unseal(view);
  if (view) typed.code = '';
  const sent = SENT[view?.dataset.notice];
  if (sent) typed[sent] = '', ids.clear();
  frame(incoming);
  one('main').replaceWith(document.adoptNode(incoming.querySelector('main')));
  history[first ? 'pushState' : 'replaceState'](null, '', url);
  settle();
  if (one('[data-evidence]')) await import('./files.mjs').then(part => part.wire(one('[data-evidence]')), () => {});
  if (!one('main form')) Object.assign(typed, Object.fromEntries(WORDS.map(name => [name, '']))), secrets = {}, key = null, one('.swap')?.remove();      // erased
  const target = one('#error-summary,main [role=status]:not(:empty),main h1');
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function notice(selector) {
  if (!one(selector)) one('main > *').prepend(offline);
  const note = one(selector);
  const working = one('[data-working]');
  if (working) working.textContent = '';
  note.hidden = false;
  note.focus();
}

// What was typed comes back, and loses the names by which a browser could post it.
function settle() {
  for (const name of WORDS) {
    const control = one(`main #id_${name}`);
    if (!control) continue;
    if (typed[name] !== undefined) control.value = typed[name];
    control.removeAttribute('name');
  }
  offline ??= one('[data-offline]').cloneNode(true);
  for (const [selector, hidden] of [['[data-here]', false], ['[data-server]', true]]) {
    if (one(selector)) one(selector).hidden = hidden;
  }
}

if (one('[data-case],[data-review]')) location.replace(location.pathname);      // sealed, and nothing here to open it with: ask for the code
else if (able && one('[data-salts]')) {
  settle();
  document.addEventListener('submit', event => {
    if (event.defaultPrevented || event.target.id === 'files') return;       // the files wait, or go as the form stands
    if (event.submitter?.value === 'server') return one('#id_code').name = 'code';       // chosen, and said to be weaker
    event.preventDefault();
    const act = event.submitter?.value ?? '';
    if (pending === act) return;                         // pressed twice
    pending = act;
    event.target.setAttribute('aria-busy', 'true');
    turn = turn.then(() => again(event.target, event.submitter, act)).catch(() => notice('[data-offline]')).finally(() => {
      pending = null;
      event.target.removeAttribute('aria-busy');
    });
  });
  addEventListener('popstate', () => location.reload());
  addEventListener('pageshow', event => event.persisted && location.reload());
}
