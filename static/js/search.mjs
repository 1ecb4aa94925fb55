// The search goes on by itself, slice by slice, until all is read or somebody presses Stop. Without this script "Go on" does it.
const ALONE = 5 * 60 * 1000;            // milliseconds without a press: a search that goes on for ever would keep the vault open
const at = id => document.getElementById(id), box = at('progress');
let going = true, byHand = false, run = 0, pressed = Date.now();

const show = () => {
  const button = box.querySelector('button');
  if (button) button.textContent = going ? button.dataset.stop : button.dataset.on;
};

// The next slice, as a page; null when it cannot be had by a script: the vault is locked, the session over, the network away.
async function slice(form) {
  const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'error' }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
  return page?.getElementById('progress') && page;
}

async function next() {
  const mine = ++run, form = box.querySelector('form');
  if (Date.now() - pressed > ALONE) return going = false, show();
  if (!form || !going) return;
  const page = await slice(form);
  if (mine !== run || !going) return;
  if (!page) return byHand = true, going = false, show();
  at('hits').append(...page.getElementById('hits').children);
  const progress = page.getElementById('progress'), bar = box.querySelector('progress');
  box.querySelector('[role=status]').textContent = progress.querySelector('[role=status]').textContent;
  if (progress.querySelector('progress')) bar.value = progress.querySelector('progress').value; else bar.remove();
  const focused = box.contains(document.activeElement), then = progress.querySelector('form');
  if (then) form.replaceChildren(...then.children); else form.remove();
  show();
  if (focused) box.querySelector('button')?.focus();
  next();
}

box.addEventListener('submit', event => {
  if (byHand) return;
  event.preventDefault();
  going = !going;
  pressed = Date.now();
  show();
  next();
});
show();
next();
