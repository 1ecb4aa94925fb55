// A mistake is said twice, as on the server's pages: in a list above the form and beside its field. The page then has the focus.
const make = (name, attributes, ...inside) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
};
const controls = (form, name) => [...form.querySelectorAll(`[name="${name}"]`)];

export function forget(view) {
  for (const node of view.querySelectorAll('.summary,.err[id$=_error]')) node.remove();
  for (const node of view.querySelectorAll('.field-bad')) node.classList.remove('field-bad');
  for (const node of view.querySelectorAll('[aria-invalid]')) node.removeAttribute('aria-invalid');
  for (const node of view.querySelectorAll('[data-described]')) {
    if (node.dataset.described) node.setAttribute('aria-describedby', node.dataset.described);
    else node.removeAttribute('aria-describedby');
    delete node.dataset.described;
  }
}

function beside(form, name, said, words) {
  const [first, ...more] = controls(form, name), field = first.closest('.field'), id = `id_${name}_error`;
  const group = field.tagName === 'FIELDSET';
  const where = group ? field.querySelector('.hint') ?? field.querySelector('legend') : null;
  const error = make('p', { class: 'err', id }, make('span', { class: 'vh' }, words.error), ` ${said}`);
  if (where) where.after(error);
  else first.before(error);
  field.classList.add('field-bad');
  for (const one of [first, ...more]) one.setAttribute('aria-invalid', 'true');
  const described = group ? field : first, before = described.getAttribute('aria-describedby') ?? '';
  described.dataset.described = before;
  described.setAttribute('aria-describedby', `${before} ${id}`.trim());
  return make('li', {}, make('a', { href: `#${first.id}` }, said));
}

// errors: [[name, words]]
export function show(view, errors, words) {
  forget(view);
  const form = view.querySelector('form'), items = errors.map(([name, said]) => beside(form, name, said, words));
  const summary = make('div',
    { class: 'summary', role: 'alert', tabindex: '-1', id: 'error-summary', 'aria-labelledby': 'error-title' },
    make('h2', { id: 'error-title' }, words.problem), make('ul', {}, ...items));
  view.prepend(summary);
  document.title = `${words.error} ${words.form}`;
  summary.focus();
}
