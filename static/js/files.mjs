// Screenshots: each chosen file goes by itself, one after another. What is stopped or fails takes no other along, and can be sent
// again under its own number, by which the server knows what it has already. Without this script the form sends one at a time.
const HANGS = 60_000, PICTURE = /^(89504e470d0a1a0a|ffd8ff|52494646.{8}57454250)/;      // PNG, JPEG, WebP
const hex = bytes => Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('');
const digest = async file => crypto.subtle && hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));

export function wire(box) {
  if (!box || box.wired) return;
  box.wired = true;
  const say = box.dataset, form = box.closest('form'), one = selector => box.querySelector(selector);
  const input = one('input[type=file]'), list = one('.files'), status = one('[role=status]'), error = one('#file-error');
  const free = say.free.split(' ').filter(Boolean), seen = new Set();
  let turn = Promise.resolve(), going = 0, asked = null;

  const named = (text, row) => text.replace('{n}', row.number ?? '').trim();
  function tell(row, what, { bad = false } = {}) {
    const meta = row.item.querySelector('.meta');
    meta.textContent = say[what];
    meta.className = `meta ${what === 'arrived' ? 'ok' : bad ? 'err' : ''}`;
    row.item.classList.toggle('bad', bad);
    row.item.querySelector('.n').textContent = bad ? '!' : row.number ?? '';
    if (what !== 'send' && what !== 'wait') status.textContent = `${row.item.querySelector('strong').textContent}: ${say[what]}`;
  }

  function add(file) {
    const item = one('template').content.firstElementChild.cloneNode(true), row = { file, item };
    const [again, stop] = item.querySelectorAll('button');
    again.addEventListener('click', () => { again.hidden = true; queue(row); });
    stop.addEventListener('click', () => leave(row));
    list.append(item);
    turn = turn.then(() => begin(row)).catch(() => refuse(row, 'kind'));      // a file that is in the cloud, or gone
  }

  function label(row) {
    row.item.querySelector('strong').textContent = named(say.name, row);
    row.item.querySelector('progress').setAttribute('aria-label', named(say.name, row));
    row.item.querySelector('.icon').setAttribute('aria-label', named(row.going ? say.stop : say.remove, row));
  }

  async function begin(row) {
    label(row);
    const { file } = row, head = hex(await file.slice(0, 12).arrayBuffer());
    if (!file.size) return refuse(row, 'empty');
    if (file.size > say.bytes) return refuse(row, 'large');
    if (!PICTURE.test(head)) return refuse(row, 'kind');
    row.digest = await digest(file);
    if (seen.has(row.digest)) return refuse(row, 'same');
    if (!free.length) return refuse(row, 'full');
    if (row.digest) seen.add(row.digest);
    row.number = free.shift();
    queue(row);
  }

  function refuse(row, what) {
    if (row.gone) return;
    row.item.querySelector('progress').hidden = true;
    label(row);
    tell(row, what, { bad: true });
  }

  function queue(row) {
    going++;
    row.going = true;
    label(row);
    tell(row, 'wait');
    turn = turn.then(() => deliver(row)).finally(() => { going--; settle(); });
  }

  async function deliver(row) {
    if (row.gone) return;
    tell(row, 'send');
    const { outcome, ticket } = await post(row);
    row.going = false;
    if (row.gone) return;
    if (ticket) for (const field of document.querySelectorAll('main [name=ticket]')) field.value = ticket;
    if (outcome === 'arrived' || outcome === 'same') return arrived(row);
    row.item.querySelector('.btn').hidden = !/^(away|broken|crowd|closed)$/.test(outcome);
    refuse(row, outcome);
    if (outcome === 'expired') one('.pick').hidden = true;
  }

  function arrived(row) {
    row.item.querySelector('progress').remove();
    row.item.querySelector('.icon').remove();
    row.file = null;
    tell(row, 'arrived');
  }

  function post(row) {
    return new Promise(done => {
      const request = row.request = new XMLHttpRequest(), body = new FormData(), bar = row.item.querySelector('progress');
      let hangs;
      const alive = () => { clearTimeout(hangs); hangs = setTimeout(() => request.abort(), HANGS); };
      bar.hidden = false;
      for (const [name, value] of [['ticket', form.elements.ticket.value], ['number', row.number]]) body.append(name, value);
      body.append('file', row.file, 'file');                       // without its name
      request.upload.onprogress = ({ loaded, total }) => {
        alive();
        bar.value = loaded / total;
        row.whole = loaded === total;                              // it may be there: nothing to stop any more
        row.item.querySelector('.icon').hidden = row.whole;
      };
      request.onloadend = () => {
        clearTimeout(hangs);
        row.item.querySelector('.icon').hidden = false;
        done(request.response?.outcome ? request.response : { outcome: 'away' });
      };
      request.responseType = 'json';
      request.open('POST', form.action);
      request.setRequestHeader('Accept', 'application/json');
      alive();
      request.send(body);
    });
  }

  // Stopped or taken off the list. Its number serves another file, unless this one may have arrived.
  function leave(row) {
    row.gone = true;
    row.request?.abort();
    row.item.remove();
    if (!row.number || row.whole) return input.focus();
    seen.delete(row.digest);
    free.unshift(row.number);
    input.focus();
  }

  function settle() {
    if (going || !asked) return;
    const [to, button] = asked;
    asked = null;
    to.requestSubmit(button);
  }

  input?.addEventListener('change', () => {
    error.textContent = status.textContent = '';
    box.classList.remove('field-bad');
    for (const file of input.files) add(file);
    input.value = '';
  });
  for (const other of document.querySelectorAll('#again,#inbox')) {
    other.addEventListener('submit', event => {                    // another page would break off what is on its way
      if (!going) return;
      event.preventDefault();
      asked = [other, event.submitter];
      status.textContent = say.moment;
    });
  }
  addEventListener('online', () => { for (const button of list.querySelectorAll('.btn:not([hidden])')) button.click(); });
  if (input) input.multiple = true;
  one('[data-plain]')?.remove();
  if (input?.files.length) input.dispatchEvent(new Event('change'));      // chosen before this script came
}

wire(document.querySelector('[data-evidence]'));
