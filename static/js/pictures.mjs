// The pictures step: each chosen picture or video becomes a fingerprint on this device. It is never sent or named, and shown only to
// who asks which one it was.
const files = new Map(), working = () => list.querySelector('progress'), hidden = row => row.querySelector('[type=hidden]');
let box, say, input, list, status, going, note = '', queue = Promise.resolve();

const rest = () => import('./chosen.mjs'), known = sha => list.querySelector(`[value*="${sha}"]`);
const speak = text => { status.textContent = `${text} ${note}`; };
const words = (row, text) => { row.querySelector('.meta').textContent = text; };

function number() {                           // the server counts as the page does
  let n = 0;
  for (const row of list.children) {
    const bad = row.classList.contains('bad'), put = text => text.replace('{n}', bad ? '' : n).replace('  ', ' ').trim();
    const film = files.get(row)?.film ?? hidden(row)?.value.startsWith('video:');
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
  if (value && known(sha)) {
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

async function work(row, one) {
  const { signal } = one.stop;
  if (signal.aborted) return;
  const page = { known, film: () => { one.film = true, number(); },
    advance: share => { const bar = row.querySelector('progress'); if (bar) bar.value = share; } };
  const done = await rest().then(part => part.work(one.file, signal, page)).catch(() => ({ refused: 'fail' }));
  if (!signal.aborted) finish(row, done);
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
  queue = queue.then(() => work(row, one));
}

function remove(row) {
  files.get(row)?.stop.abort();
  files.delete(row);
  row.remove();
  number();
  input.focus();
}

// What is shown goes at the next press, with the next one, and when the page is left.
function hide() {
  const shown = list?.querySelector('.peek'), button = shown?.previousElementSibling;
  if (!shown) return;
  URL.revokeObjectURL(shown.src);
  shown.remove();
  button.textContent = say.show;
  button.setAttribute('aria-expanded', 'false');
}

async function show(row, button) {
  const was = row.querySelector('.peek'), failed = () => { hide(), speak(say.fail); };
  hide();
  if (was) return;
  (await rest()).show(button, files.get(row), row.querySelector('strong').textContent, failed);
  button.textContent = say.hide;
  button.setAttribute('aria-expanded', 'true');
}

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
  (self.requestIdleCallback ?? setTimeout)(() => {
    rest().then(part => part.start(), () => {});
    import('./video.mjs').catch(() => {});
  });
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
