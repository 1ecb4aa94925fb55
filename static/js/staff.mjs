// The queue by keyboard: j/k move, x select, o open, a assign to me, / search; Shift+click selects a range. On every page of the
// desk a key presses what carries it as data-key (n next case, ? the list of keys), or goes into it (m the next step).
// Single keys can be turned off (WCAG 2.1.4); the choice stays on this computer. Links and buttons do all of it too.
const queue = document.querySelector('[data-queue]');
const toggle = document.querySelector('[data-keys]');
const OFF = 'keys-off';
const keysOff = () => localStorage.getItem(OFF) === '1';

function wireToggle() {
  const show = () => { toggle.textContent = keysOff() ? toggle.dataset.on : toggle.dataset.off; };
  toggle.addEventListener('click', () => {
    if (keysOff()) localStorage.removeItem(OFF); else localStorage.setItem(OFF, '1');
    show();
  });
  toggle.hidden = false;
  show();
}

function wireQueue() {
  const rows = [...queue.tBodies[0].rows];
  const bar = document.querySelector('.bulk');
  const all = queue.querySelector('thead input[type=checkbox]');
  const boxOf = row => row.querySelector('input[type=checkbox]');
  let at = -1, last = null;

  const update = () => {
    let chosen = 0;
    for (const row of rows) {
      const checked = boxOf(row)?.checked ?? false;
      row.classList.toggle('sel', checked);
      chosen += checked;
    }
    if (bar) { bar.hidden = !chosen; bar.querySelector('[data-count]').textContent = chosen; }
    if (all) { all.checked = chosen === rows.length; all.indeterminate = chosen > 0 && chosen < rows.length; }
  };
  const move = step => {
    rows[at]?.classList.remove('cur');
    at = Math.max(0, Math.min(rows.length - 1, at + step));
    rows[at]?.classList.add('cur');
    rows[at]?.querySelector('a')?.focus();
    rows[at]?.scrollIntoView({ block: 'nearest' });
  };
  const flip = () => { const box = rows[at] && boxOf(rows[at]); if (box) { box.checked = !box.checked; update(); } };

  queue.addEventListener('click', event => {
    const box = event.target.closest('tbody input[type=checkbox]');
    if (!box) return;
    const here = rows.indexOf(box.closest('tr'));
    if (event.shiftKey && last !== null) {
      for (let i = Math.min(here, last); i <= Math.max(here, last); i++) boxOf(rows[i]).checked = box.checked;
    }
    last = here;
    update();
  });
  all?.addEventListener('change', () => { for (const row of rows) boxOf(row).checked = all.checked; update(); });

  const keys = {
    j: () => move(1), k: () => move(-1), x: flip,
    o: () => rows[at]?.querySelector('a')?.click(),
    a: () => bar && !bar.hidden && bar.querySelector('[data-assign]')?.click(),
    '/': () => document.getElementById('q')?.focus(),
  };
  update();
  return keys;
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return null;
  return () => { if (target.matches('a,button')) target.click(); else focusIn(target); };
}

function focusIn(part) {
  part.scrollIntoView({ block: 'start' });
  const controls = [...part.querySelectorAll('input:not([type=hidden]),textarea,select,a,button')];
  controls.find(each => each.offsetParent)?.focus({ preventScroll: true });
}

function wireKeys(keys) {
  addEventListener('keydown', event => {
    const typing = event.target.closest('input:not([type=checkbox],[type=radio]),textarea,select');
    if (event.ctrlKey || event.metaKey || event.altKey || typing || keysOff() || document.querySelector('dialog[open]')) return;
    const act = keys[event.key] ?? press(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

for (const link of document.querySelectorAll('[data-dialog]')) {
  link.addEventListener('click', event => {
    event.preventDefault();
    document.getElementById(link.dataset.dialog).showModal();
  });
}

if (toggle) wireToggle();
wireKeys(queue ? wireQueue() : {});
document.getElementById('error-summary')?.focus();

// The menu's second half closes when its reader goes on elsewhere.
const more = document.querySelector('.top .menu');
if (more) {
  const close = event => { if (!more.contains(event.target)) more.open = false; };
  document.addEventListener('click', close);
  document.addEventListener('focusin', close);
  more.addEventListener('keydown', event => {
    if (event.key === 'Escape' && more.open) { more.open = false; more.querySelector('summary').focus(); }
  });
}
