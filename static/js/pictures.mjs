// The pictures step: each chosen picture becomes a fingerprint on this device. It is never sent, shown or named.
const rows = new Map(), working = () => list.querySelector('progress');
let box, say, input, list, status, worker, last = 0, asked, note = '';

const speak = text => { status.textContent = `${text} ${note}`; };
const words = (row, text) => { row.querySelector('.meta').textContent = text; };

function number() {                           // the server counts as the page does
  let n = 0;
  for (const row of list.children) {
    const bad = row.classList.contains('bad'), put = text => text.replace('{n}', bad ? '' : n).replace('  ', ' ').trim();
    n += !bad;
    row.querySelector('.n').textContent = bad ? '!' : n;
    const name = row.querySelector('strong').textContent = put(say.name);
    row.querySelector('button').setAttribute('aria-label', put(say.remove));
    row.querySelector('progress')?.setAttribute('aria-label', name);
  }
  if (asked && !working()) box.closest('form').requestSubmit(asked);
  return n;
}

function finish(row, { value, sha, refused }) {
  row.querySelector('progress').remove();
  if (value && list.querySelector(`[value*="${sha}"]`)) {
    row.remove();
    note = say.same, speak('');
    return number();
  }
  const hidden = row.querySelector('[type=hidden]');
  if (value) hidden.value = value;
  else hidden.remove(), row.classList.add('bad');
  row.querySelector('.meta').classList.add(value ? 'ok' : 'err');
  number();
  words(row, say[refused || 'done']);
  speak(`${row.querySelector('strong').textContent}: ${say[refused || 'done']}`);
}

function heard({ id, progress, ...result }) {
  const row = rows.get(id), bar = row && list.contains(row) && row.querySelector('progress');
  if (bar && progress) bar.value = progress;
  else if (bar) finish(row, result);
}

function broken() {                           // say so, and try anew with the next picture
  worker = null;
  for (const id of rows.keys()) heard({ id, refused: 'fail' });
}

function add(file) {
  if (number() >= say.max) return note = say.many, speak('');
  worker ??= Object.assign(new Worker(new URL('./hash-worker.mjs', import.meta.url), { type: 'module' }),
    { onmessage: e => heard(e.data), onerror: broken });
  const row = box.querySelector('template').content.firstElementChild.cloneNode(true);
  rows.set(++last, row);
  words(row, say.work);
  list.append(row);
  number();
  worker.postMessage({ id: last, file });
}

function listen() {
  input.addEventListener('change', () => {
    speak(note = '');
    for (const file of input.files) add(file);
    input.value = '';
  });
  list.addEventListener('click', event => {
    const button = event.target.closest('button');
    if (!button) return;
    button.closest('li').remove();
    number();
    input.focus();
  });
  box.closest('form').addEventListener('submit', event => {
    asked = null;
    if (!working() || event.submitter?.formNoValidate) return;    // Back does not wait
    event.preventDefault();
    asked = event.submitter;
    speak(say.wait);
  });
}

// At work in `next` from now on, with the rows that are in it already; the page has one such part at a time.
export function wire(next) {
  [box, say] = [next, next.dataset];
  [input, list, status] = ['[type=file]', '.files', '[role=status]'].map(part => box.querySelector(part));
  input.removeAttribute('name');              // so that no browser can post the picture
  listen();
  for (const done of list.querySelectorAll('.meta.ok')) done.textContent = say.done;
  number();
  const able = self.OffscreenCanvas && self.crypto?.subtle;
  box.hidden = !able;
  box.closest('form').querySelector('[data-cannot]').hidden = able;
}

const here = document.querySelector('[data-pictures]');
if (here) wire(here);
