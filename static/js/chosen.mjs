// What is done with chosen files on the pictures step: a row each, handed to the worker one after the other, looked at if it is a video.
const VIDEO = 'video:', asked = new Map(), files = new Map();
const working = () => list.querySelector('progress'), hidden = row => row.querySelector('[type=hidden]');
const known = sha => list.querySelector(`[value*="${sha}"]`);
let box, say, input, list, status, going, worker, spoke, last = 0, note = '', queue = Promise.resolve();

const speak = text => { status.textContent = `${text} ${note}`; };
// What a row says, by its name among the page's words: in the other language it says the same.
function words(row, name) {
  const meta = row.querySelector('.meta');
  meta.dataset.says = name;
  meta.textContent = say[name];
}

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
  const button = working() ? null : going;
  if (button) going = null, box.closest('form').requestSubmit(button);
  return n;
}

function finish(row, { value, sha, refused, said = 'done' }) {
  row.querySelector('progress').remove();
  if (value && known(sha)) {
    row.remove();
    note = say.same, speak('');
    return number();
  }
  if (value) hidden(row).value = value;
  else hidden(row).remove(), row.classList.add('bad');
  row.querySelector('.meta').classList.add(value ? said === 'done' ? 'ok' : 'but' : 'err');
  number();
  words(row, refused ?? said);
  speak(`${row.querySelector('strong').textContent}: ${row.querySelector('.meta').textContent}`);
}

function heard({ id, progress, ...result }) {
  spoke = true;
  const { done, advance } = asked.get(id) ?? {};
  if (progress !== undefined) return advance?.(progress);
  asked.delete(id);
  done?.(result);
}

function broken() {                           // say so, and try anew with the next file
  const refused = spoke ? 'fail' : 'load';    // one that never spoke was not fetched
  worker = null;
  for (const id of asked.keys()) heard({ id, refused });
}

function start() {
  if (!worker) spoke = false;
  worker ??= Object.assign(new Worker(new URL('./hash-worker.mjs', import.meta.url), { type: 'module' }),
    { onmessage: event => heard(event.data), onerror: broken });
}

function ask(data, signal, { move = [], advance } = {}) {
  start();
  return new Promise(done => {
    const id = ++last;
    asked.set(id, { done, advance });
    worker.postMessage({ id, ...data }, move);
    signal.addEventListener('abort', () => asked.has(id) && worker?.postMessage({ cancel: id }), { once: true });
  });
}

// The file's fingerprint, {value, sha, said} or {refused}: words of the page.
async function made(row, one) {
  const { file, stop: { signal } } = one, advance = share => { const bar = row.querySelector('progress'); if (bar) bar.value = share; };
  const result = await ask({ file }, signal, { advance }), { sha, md5 } = result;
  if (!result.video) return result.moves ? { ...result, said: 'moves' } : result;
  one.film = true;
  number();
  let seen = { lines: [] };
  if (!known(sha) && !signal.aborted) {
    const part = await import('./video.mjs').catch(() => null), hash = frame => ask({ frame }, signal, { move: [frame] });
    if (!part) return { refused: 'load' };
    seen = await part.frames(file, hash, { signal, progress: done => advance(.5 + done / 2) }).catch(() => seen);
  }
  const { lines, whole } = seen;
  return { value: `${VIDEO}${sha}:${md5}:${lines}`, sha, said: !lines.length ? 'exact' : whole ? 'done' : 'part' };
}

async function work(row, one) {
  if (one.stop.signal.aborted) return;
  const done = await made(row, one).catch(() => ({ refused: 'fail' }));
  if (!one.stop.signal.aborted) finish(row, done);
}

function add(file) {
  if (number() >= say.max) return note = say.many, speak('');
  const row = box.querySelector('template').content.firstElementChild.cloneNode(true);
  const one = { file, film: file.type.startsWith('video/'), stop: new AbortController() };
  files.set(row, one);
  words(row, 'work');
  list.append(row);
  number();
  queue = queue.then(() => work(row, one));
}

function remove(row) {
  files.get(row)?.stop.abort();
  files.delete(row);
  URL.revokeObjectURL(row.querySelector('.peek')?.src);
  row.remove();
  speak(note = '');                           // what was said of it is over
  number();
  input.focus();
}

// Who opens one sees it, small and from the device alone, until they close it, open another, or leave.
const hide = () => { for (const one of list?.querySelectorAll('[open]') ?? []) one.open = false; };

function looked({ target }) {
  const row = target.closest('li'), { file, film } = files.get(row) ?? {}, was = target.querySelector('.peek');
  if (was) URL.revokeObjectURL(was.src), was.remove();
  if (!target.open || !file) return;
  for (const other of list.querySelectorAll('[open]')) other.open = other === target;
  const view = document.createElement(film ? 'video' : 'img'), alt = row.querySelector('strong').textContent;
  view.setAttribute('aria-label', alt);
  Object.assign(view, { className: 'peek', muted: true, playsInline: true, preload: 'auto', alt, src: URL.createObjectURL(file),
    onerror: () => { target.open = false, speak(say.fail); } });
  target.append(view);
}

function listen() {
  list.addEventListener('click', event => {
    if (event.target.closest('button')) remove(event.target.closest('li'));
  });
  list.addEventListener('toggle', looked, true);
  box.closest('form').addEventListener('submit', event => {
    hide();
    going = null;
    if (!working() || event.submitter?.formNoValidate) return;    // Back does not wait
    event.preventDefault();
    going = event.submitter;
    speak(say.wait);
  });
}

export function take(next) {
  if (next === box) return;
  hide();
  [box, say] = [next, next.dataset];
  [input, list, status] = ['[type=file]', '.files', '[role=status]'].map(part => box.querySelector(part));
  listen();
  const show = box.querySelector('template').content.querySelector('summary')?.textContent;
  for (const row of list.children) {
    words(row, row.querySelector('.meta').dataset.says ?? 'done');
    for (const summary of row.querySelectorAll('summary')) summary.textContent = show;
  }
  number();
}

export function choose(next, chosen) {
  take(next);
  speak(note = '');
  for (const file of chosen) add(file);
}

export function ahead(next) {
  take(next);
  start();
  import('./video.mjs').catch(() => {});
}

for (const event of ['popstate', 'pagehide', 'visibilitychange']) addEventListener(event, hide, true);
