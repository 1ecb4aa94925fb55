// The pictures step: each chosen file becomes a fingerprint on this device. It is never sent or named, and shown only on request.
// What does that (chosen.mjs and what it needs) is fetched while the reader reads: the connection may go before a file is chosen.
const rest = () => import('./chosen.mjs');

// At work in `box` from now on, with the rows that are in it already; the page has one such part at a time.
export function wire(box) {
  const input = box.querySelector('[type=file]'), form = box.closest('form'), { saveData } = navigator.connection ?? {};
  const able = self.OffscreenCanvas && self.Worker && Blob.prototype.stream;
  let coming = 0, pressed;
  input.removeAttribute('name');              // so that no browser can post the picture
  box.hidden = !able;
  form.querySelector('[data-cannot]').hidden = able;
  if (!able) return;
  input.addEventListener('change', async () => {
    const files = [...input.files];
    input.value = '';
    coming++;
    await rest().then(part => part.choose(box, files), () => {
      box.querySelector('[role=status]').textContent = box.dataset.load;
    });
    const button = --coming ? null : pressed;
    if (button) pressed = null, form.requestSubmit(button);
  });
  form.addEventListener('submit', event => {
    pressed = coming && !event.submitter?.formNoValidate ? event.submitter : null;
    if (pressed) event.preventDefault();
  });
  if (box.querySelector('.files > li')) rest().then(part => part.take(box));
  else if (!saveData) (self.requestIdleCallback ?? setTimeout)(() => rest().then(part => part.ahead(box), () => {}));
}

const here = document.querySelector('[data-pictures]');
if (here) wire(here);
