// What is done with a chosen file, for the pictures step: handed to the worker, looked at if it is a video, shown to who asks. Fetched
// while the reader reads, or with the first file.
const VIDEO = 'video:', asked = new Map();
let worker, last = 0;

function heard({ id, progress, ...result }) {
  const { done, advance } = asked.get(id) ?? {};
  if (progress !== undefined) return advance?.(progress);
  asked.delete(id);
  done?.(result);
}

function broken() {                           // say so, and try anew with the next file
  worker = null;
  for (const id of asked.keys()) heard({ id, refused: 'fail' });
}

export function start() {
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

// {value, sha, said} or {refused}: words of the page. `page`: known(sha) whether it is on the page already, film() that it is a
// video, advance(0 … 1).
export async function work(file, signal, page) {
  const result = await ask({ file }, signal, { advance: page.advance });
  if (!result.video) return result.moves ? { ...result, said: 'moves' } : result;
  const { sha, md5 } = result;
  let seen = [];
  page.film();
  if (!page.known(sha) && !signal.aborted) {
    const part = await import('./video.mjs').catch(() => null);
    const hash = frame => ask({ frame }, signal, { move: [frame] });
    seen = await part?.frames(file, hash, { signal, progress: done => page.advance(.5 + done / 2) }).catch(() => []) ?? [];
  }
  return { value: `${VIDEO}${sha}:${md5}:${seen}`, sha, said: seen.length ? 'done' : 'exact' };
}

// A small view from the device alone, until `hide` is called; it calls failed() if there is none.
export function show(button, { file, film }, label, failed) {
  const view = document.createElement(film ? 'video' : 'img');
  Object.assign(view, { className: 'peek', muted: true, playsInline: true, preload: 'metadata', alt: label,
    src: URL.createObjectURL(file), onerror: failed });
  view.setAttribute('aria-label', label);
  button.after(view);
}
