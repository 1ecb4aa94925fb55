// The vault locks itself on the server. This covers the page at the same moment, keeps what was typed, and uncovers it once the vault is
// open again. Typing counts as use, so nobody is shut out in the middle of a long message.
const notice = document.getElementById('idle');
const main = document.getElementById('main');
const TYPING_SECONDS = 60;
let timer, told = Date.now();

async function left(method) {
  try {
    const body = method === 'POST' ? new FormData(notice.querySelector('form')) : undefined;
    const answer = await fetch(notice.dataset.state, { method, body });
    return answer.ok && !answer.redirected ? (await answer.json()).seconds : 0;
  } catch {
    return 0;                                         // no network: better covered than open
  }
}

function cover(locked) {
  if (main.hidden === locked) return;
  main.hidden = locked;
  notice.hidden = !locked;
  if (locked) document.getElementById('idle-title').focus();
}

async function look() {
  clearTimeout(timer);
  const seconds = await left('GET');
  if (!seconds && !main.hidden) await left('POST');   // drops both halves of the key
  cover(!seconds);
  if (seconds) timer = setTimeout(look, seconds * 1000 + 200);
}

document.addEventListener('input', async () => {
  if (Date.now() - told < TYPING_SECONDS * 1000) return;
  told = Date.now();
  await left('POST');
  look();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
addEventListener('focus', look);
addEventListener('pageshow', event => { if (event.persisted) look(); });
look();
