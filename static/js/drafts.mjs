// Keeps what is typed: sealed on the server, at the one address that the form names, every few seconds and on leaving.
// Without this script the button "Keep as a draft" does it. Nothing is kept on this computer.
const PAUSE = 3000;                                 // milliseconds without a key

for (const line of document.querySelectorAll('[data-draft]')) {
  const form = line.closest('form');
  const number = form.elements.draft;
  let timer, changed = false, busy = false, over = false;

  const save = async keepalive => {
    clearTimeout(timer);
    if (!changed || busy || over) return;
    if (form.closest('[hidden]')) { timer = setTimeout(save, PAUSE); return; }       // covered: the vault is locked
    changed = false;
    busy = true;
    try {
      const answer = await fetch(line.dataset.draft, { method: 'POST', body: new FormData(form), keepalive, redirect: 'error',
        headers: { Accept: 'application/json' } });
      if (answer.ok) {
        const said = await answer.json();
        number.value = said.number;
        line.textContent = `${line.dataset.kept} ${said.at}`;
      } else if (answer.status === 409) {
        over = true;                                // until the member has chosen between the two
        line.textContent = line.dataset.other;
      } else {
        changed = true;
        line.textContent = answer.status === 423 ? line.dataset.locked : line.dataset.failed;
      }
    } catch {
      changed = true;
      line.textContent = line.dataset.failed;
    }
    busy = false;
  };

  form.addEventListener('input', () => { changed = true; clearTimeout(timer); timer = setTimeout(save, PAUSE); });
  form.addEventListener('submit', () => { over = true; clearTimeout(timer); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(true); });
  addEventListener('pagehide', () => save(true));
}
