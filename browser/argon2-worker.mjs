/*! Mehfooz, the receipt code's Argon2id. Bundled from browser/argon2-worker.mjs with npm hash-wasm, (c) Dani Biró, MIT licence. */
// A worker of its own, because only its response may run WASM; it can send nothing but its answer to the page that made it.
// In, once: {code: 20 ASCII digits, salt: Uint8Array}. Out: {locator, unlock}, 32 bytes each, or {error}.
import { argon2id } from 'hash-wasm';

addEventListener('message', async ({ data: { code, salt } }) => {
  try {
    const both = await argon2id({ password: code, salt, memorySize: 65536, iterations: 3, parallelism: 1, hashLength: 64,
      outputType: 'binary' });
    postMessage({ locator: both.slice(0, 32), unlock: both.slice(32) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
