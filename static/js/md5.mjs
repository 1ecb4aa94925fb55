// MD5 (RFC 1321). Broken as a seal, but the lists that platforms share still name files by it.
const TURN = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINE = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 2 ** 32);

function mix(state, words) {
  for (let at = 0; at < words.length; at += 16) {
    let a = state[0], b = state[1], c = state[2], d = state[3];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4, turn = TURN[round * 4 + (i & 3)];
      let f, g;
      if (round === 0) f = b & c | ~b & d, g = i;
      else if (round === 1) f = d & b | ~d & c, g = 5 * i + 1;
      else if (round === 2) f = b ^ c ^ d, g = 3 * i + 5;
      else f = c ^ (b | ~d), g = 7 * i;
      const sum = a + f + SINE[i] + words[at + (g & 15)] | 0;
      a = d; d = c; c = b; b = b + (sum << turn | sum >>> 32 - turn) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  }
}

export const hex = buffer => Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('');

// 32 hex digits of an ArrayBuffer.
export function md5(buffer) {
  const size = buffer.byteLength, whole = size - size % 64, tail = new Uint8Array(size % 64 < 56 ? 64 : 128);
  tail.set(new Uint8Array(buffer, whole));
  tail[size - whole] = 128;
  new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(size) * 8n, true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  mix(state, new Int32Array(buffer, 0, whole / 4));
  mix(state, new Int32Array(tail.buffer));
  return hex(state.buffer);
}
