// Searching by a file: its hashes are worked out here (hash-worker.mjs) and put into the field; the file itself is never sent.
const box = document.querySelector('[data-hashes]'), field = document.querySelector('textarea[name=hashes]');
const input = box.querySelector('[type=file]'), status = box.querySelector('[role=status]'), MOST = 20;
let worker, last = 0;

function heard({ data: { id, progress, value, video, sha, md5, refused } }) {
  if (id !== last || progress) return;
  if (video) value = `${sha}:${md5}`;              // of a video the file's own
  if (value) field.value = [...value.matchAll(/(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])/g)].slice(0, MOST).join('\n');
  status.textContent = box.dataset[value ? 'done' : refused] ?? box.dataset.fail;
}

input.removeAttribute('name');
box.hidden = !(self.OffscreenCanvas && self.crypto?.subtle);
input.addEventListener('change', () => {
  const [file] = input.files;
  if (!file) return;
  worker ??= Object.assign(new Worker(new URL('./hash-worker.mjs', import.meta.url), { type: 'module' }), {
    onmessage: heard, onerror: () => { worker = null; heard({ data: { id: last, refused: 'fail' } }); } });
  status.textContent = box.dataset.work;
  worker.postMessage({ id: ++last, file });
  input.value = '';
});
