// The receipt code in the browser: made, derived and used here, so that it never leaves the page. docs/envelope.md, "The receipt code".
import { framed, lockBlob, random, unhex, unlockBlob } from './sealing.mjs';

const DIGITS = 20, PATIENCE = 60_000, ZEROS = [0x30, 0x6f0, 0x660];      // ASCII, Urdu, Arabic-Indic
const IGNORED = /[\p{Zs}\p{Cf}\p{Pd}\t\r\n\u2212]/gu;
const BELONGS = framed('reporter-private');

// Twenty random digits. Bytes of 250 and more are thrown away: they would make low digits likelier.
export function newCode() {
  let code = '';
  while (code.length < DIGITS) {
    const [byte] = random(1);
    if (byte < 250) code += byte % 10;
  }
  return code;
}

// Twenty ASCII digits from what a person typed, or null.
export function normalise(typed) {
  let code = '';
  for (const char of typed.replace(IGNORED, '')) {
    const point = char.codePointAt(0), zero = ZEROS.find(zero => point >= zero && point < zero + 10);
    if (zero === undefined) return null;
    code += point - zero;
  }
  return code.length === DIGITS ? code : null;
}

export const display = code => code.match(/.{4}/g).join(' ');

// {locator, unlock} of 32 bytes each, in about half a second on a phone; throws when the worker cannot be loaded or run, or was
// killed without a word, as phones do that are short of memory. The worker and its 64 MiB are gone afterwards.
export function derive(code, saltHex) {
  const worker = new Worker(new URL('./argon2-worker.mjs', import.meta.url));
  let late;
  return new Promise((done, failed) => {
    worker.onmessage = ({ data }) => data.error ? failed(Error(data.error)) : done(data);
    worker.onerror = () => failed(Error('the worker does not run'));
    late = setTimeout(worker.onerror, PATIENCE);
    worker.postMessage({ code, salt: unhex(saltHex) });
  }).finally(() => {
    clearTimeout(late);
    worker.terminate();
  });
}

// The reporter's private key, locked for the receipt row, and opened again (throws).
export const lock = (unlock, mine) => lockBlob(unlock, mine, BELONGS);
export const unlockPrivate = (unlock, locked) => unlockBlob(unlock, locked, BELONGS);
