// The case page: copy a link or account, and put a ready reply into the message where the cursor is.
// Without this script a click selects the whole text, and the ready reply makes a round to the server.
const live = document.getElementById('live');

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    live.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll('[data-ready]')) {
  button.addEventListener('click', event => {
    event.preventDefault();
    const box = button.form.elements.text;
    const words = button.closest('li').querySelector('.typed').textContent;
    const before = box.value.slice(0, box.selectionStart).trimEnd();
    box.setRangeText((before ? '\n\n' : '') + words, before.length, box.selectionEnd, 'end');
    box.focus();
  });
}
document.getElementById('trouble')?.focus();
