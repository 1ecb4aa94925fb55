// The vault locks itself on the server. This covers the page at the same moment, keeps what was typed, and uncovers it once the vault is
// open again. Typing counts as use, so nobody is shut out in the middle of a long message.
const notice = document.getElementById('idle');
const main = document.getElementById('main');
const TYPING_SECONDS = 60;
const LOOK_SECONDS = 30;                              // until a vault that was locked elsewhere, or a session that was ended, covers this
let timer, told = Date.now(), until = 0;

async function ask(method) {
  try {
    const body = method === 'POST' ? new FormData(notice.querySelector('form')) : undefined;
    const answer = await fetch(notice.dataset.state, { method, body });
    const { seconds = 0, token } = answer.ok && !answer.redirected ? await answer.json() : {};
    until = Date.now() + seconds * 1000;
    if (token) for (const field of document.getElementsByName('csrfmiddlewaretoken')) field.value = token;    // signed in anew since
  } catch { /* no network: the page keeps to what it was told before */ }
  return Math.max(0, (until - Date.now()) / 1000);
}

function cover(locked) {
  if (main.hidden === locked) return;
  main.hidden = locked;
  notice.hidden = !locked;
  if (locked) document.getElementById('idle-title').focus();
}

async function look() {
  clearTimeout(timer);
  const seconds = await ask('GET');
  if (!seconds && !main.hidden) await ask('POST');    // drops both halves of the key
  cover(!seconds);
  if (seconds) timer = setTimeout(look, Math.min(seconds, LOOK_SECONDS) * 1000 + 200);
}

document.addEventListener('input', async () => {
  if (Date.now() - told < TYPING_SECONDS * 1000) return;
  told = Date.now();
  await ask('POST');
  look();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
addEventListener('focus', look);
addEventListener('pageshow', event => { if (event.persisted) look(); });
look();
