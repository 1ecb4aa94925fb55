// The pictures step: each chosen picture or video becomes a fingerprint on this device. It is never sent or named, and shown only to
// who asks which one it was.
const VIDEO = 'video:', files = new Map(), asked = new Map(), working = () => list.querySelector('progress');
let box, say, input, list, status, worker, last = 0, going, note = '', queue = Promise.resolve();

const speak = text => { status.textContent = `${text} ${note}`; };
const words = (row, text) => { row.querySelector('.meta').textContent = text; };
const hidden = row => row.querySelector('[type=hidden]');

function number() {                           // the server counts as the page does
  let n = 0;
  for (const row of list.children) {
    const bad = row.classList.contains('bad'), put = text => text.replace('{n}', bad ? '' : n).replace('  ', ' ').trim();
    const film = files.get(row)?.film ?? hidden(row)?.value.startsWith(VIDEO);
    n += !bad;
    row.querySelector('.n').textContent = bad ? '!' : n;
    const name = row.querySelector('strong').textContent = put(film ? say.film : say.name);
    row.querySelector('.icon').setAttribute('aria-label', put(film ? say.unfilm : say.remove));
    row.querySelector('progress')?.setAttribute('aria-label', name);
  }
  if (going && !working()) box.closest('form').requestSubmit(going);
  return n;
}

function finish(row, { value, sha, refused, said = 'done' }) {
  row.querySelector('progress').remove();
  if (value && list.querySelector(`[value*="${sha}"]`)) {
    row.remove();
    note = say.same, speak('');
    return number();
  }
  if (value) hidden(row).value = value;
  else hidden(row).remove(), row.classList.add('bad');
  row.querySelector('.meta').classList.add(value ? said === 'done' ? 'ok' : 'but' : 'err');
  number();
  words(row, say[refused ?? said] ?? say.fail);
  speak(`${row.querySelector('strong').textContent}: ${row.querySelector('.meta').textContent}`);
}

// --- the worker ---------------------------------------------------------------------------------------------------------
function heard({ id, progress, ...result }) {
  const { row, done, from, share } = asked.get(id) ?? {};
  if (progress !== undefined) return advance(row, from + share * progress);
  asked.delete(id);
  done?.(result);
}

function broken() {                           // say so, and try anew with the next picture
  worker = null;
  for (const id of asked.keys()) heard({ id, refused: 'fail' });
}

function start() {
  worker ??= Object.assign(new Worker(new URL('./hash-worker.mjs', import.meta.url), { type: 'module' }),
    { onmessage: e => heard(e.data), onerror: broken });
}

// The worker's answer; its progress fills that share of the row's bar.
function ask(row, data, move = [], share = 1) {
  start();
  return new Promise(done => {
    asked.set(++last, { row, done, from: 0, share });
    worker.postMessage({ id: last, ...data }, move);
  });
}

const advance = (row, share) => { const bar = row?.querySelector('progress'); if (bar) bar.value = share; };

async function work(row, { file, stop }) {
  if (stop.signal.aborted) return;
  const result = await ask(row, { file });
  if (result.video) Object.assign(files.get(row), { film: true }), number();
  const done = result.video ? await film(row, file, stop.signal, result) : result.moves ? { ...result, said: 'moves' } : result;
  if (!stop.signal.aborted) finish(row, done);
}

// The file's own codes are there; now pictures out of it, where this browser can show it.
async function film(row, file, signal, { sha, md5 }) {
  words(row, say.watch);
  let seen = [];
  if (!list.querySelector(`[value*="${sha}"]`)) {
    const part = await import('./video.mjs').catch(() => null);
    const hash = frame => ask(row, { frame }, [frame], 0);
    seen = await part?.frames(file, hash, { signal, progress: done => advance(row, .5 + done / 2) }).catch(() => []) ?? [];
  }
  return { value: `${VIDEO}${sha}:${md5}:${seen}`, sha, said: seen.length ? 'done' : 'exact' };
}

function add(file) {
  if (number() >= say.max) return note = say.many, speak('');
  const row = box.querySelector('template').content.firstElementChild.cloneNode(true);
  const one = { file, film: file.type.startsWith('video/'), stop: new AbortController() };
  files.set(row, one);
  words(row, say.work);
  row.querySelector('[data-show]').textContent = say.show;
  list.append(row);
  number();
  queue = queue.then(() => work(row, one)).catch(() => finish(row, { refused: 'fail' }));
}

function remove(row) {
  files.get(row)?.stop.abort();
  files.delete(row);
  for (const [id, one] of asked) if (one.row === row) worker?.postMessage({ cancel: id });
  row.remove();
  number();
  input.focus();
}

// --- which one was it? --------------------------------------------------------------------------------------------------
function hide() {
  const shown = list?.querySelector('.peek');
  if (!shown) return;
  const button = shown.closest('li').querySelector('[data-show]');
  URL.revokeObjectURL(shown.src);
  shown.remove();
  button.textContent = say.show;
  button.setAttribute('aria-expanded', 'false');
}

// From the device alone, small, and gone again at the next press, with the next one shown, or when the page is left.
function show(row, button) {
  const was = row.querySelector('.peek'), { file, film } = files.get(row);
  hide();
  if (was) return;
  const picture = document.createElement(film ? 'video' : 'img');
  Object.assign(picture, { className: 'peek', muted: true, playsInline: true, preload: 'metadata', alt: say.peek,
    src: URL.createObjectURL(file) });
  picture.setAttribute('aria-label', say.peek);
  picture.onerror = () => { hide(); speak(say.unseen); };
  button.textContent = say.hide;
  button.setAttribute('aria-expanded', 'true');
  button.after(picture);
}

// --- the part of the page -----------------------------------------------------------------------------------------------
function listen() {
  input.addEventListener('change', () => {
    speak(note = '');
    for (const file of input.files) add(file);
    input.value = '';
  });
  list.addEventListener('click', event => {
    const button = event.target.closest('button'), row = button?.closest('li');
    if (button) button.matches('.icon') ? remove(row) : show(row, button);
  });
  box.closest('form').addEventListener('submit', event => {
    hide();
    going = null;
    if (!working() || event.submitter?.formNoValidate) return;    // Back does not wait
    event.preventDefault();
    going = event.submitter;
    speak(say.wait);
  });
}

// While the reader reads: the connection may go before a file is chosen. Not where people pay by what they load.
function fetchAhead() {
  if (navigator.connection?.saveData) return;
  (self.requestIdleCallback ?? setTimeout)(() => { start(); import('./video.mjs').catch(() => {}); });
}

// At work in `next` from now on, with the rows that are in it already; the page has one such part at a time.
export function wire(next) {
  hide();
  [box, say] = [next, next.dataset];
  [input, list, status] = ['[type=file]', '.files', '[role=status]'].map(part => box.querySelector(part));
  input.removeAttribute('name');              // so that no browser can post the picture
  listen();
  for (const done of list.querySelectorAll('.meta.ok')) done.textContent = say.done;
  for (const button of list.querySelectorAll('[data-show]')) button.textContent = say.show;
  number();
  const able = self.OffscreenCanvas && self.Worker && Blob.prototype.stream;
  box.hidden = !able;
  box.closest('form').querySelector('[data-cannot]').hidden = able;
  if (able) fetchAhead();
}

for (const event of ['popstate', 'pagehide', 'visibilitychange']) addEventListener(event, hide, true);

const here = document.querySelector('[data-pictures]');
if (here) wire(here);
