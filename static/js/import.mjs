// An import goes on by itself, a slice a page, until all is in or somebody presses Stop. Without this script "Go on" does it.
const form = document.querySelector('[data-goes-on]');
const stop = form?.querySelector('[data-stop]');
if (form) {
  const next = setTimeout(() => form.requestSubmit(), 800);
  stop.hidden = false;
  stop.addEventListener('click', () => { clearTimeout(next); stop.hidden = true; });
}
