// MD5 (RFC 1321) and SHA-256 (FIPS 180-4) of bytes as they come, so that a file of any size passes through 64 KB; the browser's own
// digests want all of it at once. MD5 is broken as a seal, but the lists that platforms share still name files by it.
const SIZE = 65536, BLOCK = 64;
const TURN = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINE = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 2 ** 32);
const PRIMES = [2];
for (let n = 3; PRIMES.length < 64; n += 2) if (PRIMES.every(prime => n % prime)) PRIMES.push(n);
const fraction = root => (root - Math.floor(root)) * 2 ** 32;
const ROOTS = Int32Array.from(PRIMES, prime => fraction(Math.cbrt(prime)));
const schedule = new Int32Array(64);

function mixMd5(state, words, end) {
  for (let at = 0; at < end; at += 16) {
    let a = state[0], b = state[1], c = state[2], d = state[3];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4, turn = TURN[round << 2 | i & 3];
      let f, g;
      if (round === 0) f = d ^ b & (c ^ d), g = i;
      else if (round === 1) f = c ^ d & (b ^ c), g = 5 * i + 1;
      else if (round === 2) f = b ^ c ^ d, g = 3 * i + 5;
      else f = c ^ (b | ~d), g = 7 * i;
      const sum = a + f + SINE[i] + words[at + (g & 15)] | 0;
      a = d; d = c; c = b; b = b + (sum << turn | sum >>> 32 - turn) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  }
}

function mixSha256(state, bytes, end) {
  for (let at = 0; at < end; at += BLOCK) {
    for (let i = 0, k = at; i < 16; i++, k += 4) {
      schedule[i] = bytes[k] << 24 | bytes[k + 1] << 16 | bytes[k + 2] << 8 | bytes[k + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = schedule[i - 15], y = schedule[i - 2];
      schedule[i] = schedule[i - 16] + schedule[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const sum = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (g ^ e & (f ^ g)) + ROOTS[i] + schedule[i] | 0;
      const more = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b)) | 0;
      h = g; g = f; f = e; e = d + sum | 0; d = c; c = b; b = a; a = sum + more | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
}

const hex = (words, little) => Array.from(words, word =>
  (little ? word << 24 | word << 8 & 0xff0000 | word >> 8 & 0xff00 | word >>> 24 : word) >>> 0)
  .map(word => word.toString(16).padStart(8, '0')).join('');

// add(Uint8Array) as often as there is more; then end() → {md5, sha256}, hex.
export function digests() {
  const md5 = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const sha256 = Int32Array.from(PRIMES.slice(0, 8), prime => fraction(Math.sqrt(prime)));
  const bytes = new Uint8Array(SIZE + 2 * BLOCK), words = new Int32Array(bytes.buffer), last = new DataView(bytes.buffer);
  let held = 0, size = 0;
  return {
    add(more) {
      size += more.length;
      for (let at = 0; at < more.length;) {
        const part = more.subarray(at, at + SIZE - held);
        bytes.set(part, held);
        at += part.length;
        held += part.length;
        if (held < SIZE) continue;
        mixMd5(md5, words, SIZE / 4);
        mixSha256(sha256, bytes, SIZE);
        held = 0;
      }
    },
    end() {
      const end = held + 9 + BLOCK - 1 & -BLOCK;
      bytes.fill(0, held, end)[held] = 128;
      last.setBigUint64(end - 8, BigInt(size) * 8n, true);
      mixMd5(md5, words, end / 4);
      last.setBigUint64(end - 8, BigInt(size) * 8n);
      mixSha256(sha256, bytes, end);
      return { md5: hex(md5, true), sha256: hex(sha256) };
    },
  };
}
