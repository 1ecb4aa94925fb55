// How many characters are left, and keeping the receipt code.
function count(field, say) {
  const left = document.createElement('p'), most = +field.dataset.most;
  left.className = 'hint';
  left.setAttribute('role', 'status');
  field.after(left);
  const update = () => {
    const n = most - [...field.value].length;
    left.textContent = n > most / 4 ? '' : (n < 0 ? say.over : say.left).replace('{n}', Math.abs(n));
  };
  field.addEventListener('input', update);
  update();
}

function keeping(form, keep) {
  const code = () => [...form.querySelectorAll('#code span')].map(group => group.textContent).join(' ');
  const kept = () => { if (form.elements.kept) form.elements.kept.checked = true; };
  keep.hidden = false;
  const copy = keep.querySelector('[data-copy]');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code());
    copy.querySelector('span').textContent = copy.dataset.copy;
    kept();
  });
  if (!navigator.clipboard) copy.remove();            // plain http, and some in-app browsers
  keep.querySelector('[data-print]').addEventListener('click', () => { print(); kept(); });
  const save = keep.querySelector('[data-save]');
  save.addEventListener('click', () => {
    const link = Object.assign(document.createElement('a'), {
      href: URL.createObjectURL(new Blob([code() + '\n'], { type: 'text/plain' })), download: save.dataset.save });
    link.click();
    URL.revokeObjectURL(link.href);
    kept();
  });
}

export function comforts(form) {
  for (const field of form.querySelectorAll('[data-most]')) count(field, form.dataset);
  const keep = form.querySelector('[data-keep]');
  if (keep) keeping(form, keep);
}
