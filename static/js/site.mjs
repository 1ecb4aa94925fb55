// Quick exit (the button, or Shift three times within five seconds) and focus on the error summary.
// Without this script the button is a plain link to /exit, which redirects to the same place.
const button = document.querySelector('[data-exit]');
const live = document.getElementById('exit-live');
const WINDOW = 5000;

function leave() {
  document.body.classList.add('gone');
  const veil = document.createElement('div');
  veil.className = 'veil';
  veil.setAttribute('role', 'alert');
  veil.textContent = button.dataset.leaving;
  document.body.append(veil);
  document.title = ' ';
  navigator.sendBeacon(button.href);          // its answer clears what this site cached and stored
  location.replace(button.dataset.to);        // replace: Back does not return to this very page
}

if (button) {
  const dots = button.appendChild(document.createElement('i'));
  let presses = 0, timer, combined = false;
  const draw = () => dots.replaceChildren(...(presses ? [1, 2, 3] : []).map(n => {
    const dot = document.createElement('b');
    dot.className = n <= presses ? 'on' : '';
    return dot;
  }));
  const reset = () => { clearTimeout(timer); presses = 0; draw(); };

  button.addEventListener('click', event => { event.preventDefault(); leave(); });
  addEventListener('keyup', event => {
    if (event.key === 'Shift' && !combined) {  // Shift with a letter is typing, not leaving
      presses++;
      draw();
      clearTimeout(timer);
      if (presses > 2) return leave();
      live.textContent = presses === 1 ? button.dataset.two : button.dataset.one;
      timer = setTimeout(() => { reset(); live.textContent = button.dataset.off; }, WINDOW);
    } else if (presses) reset();
    combined = event.shiftKey;
  }, true);
  // Back to a page that was left: it is still veiled; leave again rather than show it.
  addEventListener('pageshow', event => {
    if (event.persisted && document.body.classList.contains('gone')) location.replace(button.dataset.to);
  });
}
document.getElementById('error-summary')?.focus();
