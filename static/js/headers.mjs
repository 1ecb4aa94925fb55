// What a file says of itself in its first bytes: which kind it is, whatever its name, and how large a picture would be once decoded.
// head(Uint8Array) → {kind: "jpeg" | "png" | "gif" | "webp" | "avif" | "heic" | "other" | "video" | "", width, height (0: not said),
// turn: EXIF's orientation 1 … 8, moves: more than one picture, data: where a JPEG's own begins}
const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));
const view = bytes => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const MOVING = 2;

// Orientation out of an Exif segment; 1 if there is none.
function orientation(bytes) {
  const at = view(bytes), little = at.getUint16(0) === 0x4949, first = at.getUint32(4, little);
  for (let n = at.getUint16(first, little), entry = first + 2; n--; entry += 12) {
    if (at.getUint16(entry, little) === 0x112) return at.getUint16(entry + 8, little);
  }
  return 1;
}

function jpeg(bytes) {
  const at = view(bytes), found = { kind: 'jpeg', turn: 1 };
  for (let place = 2; place + 9 < bytes.length;) {
    const mark = bytes[place + 1], length = at.getUint16(place + 2);
    if (mark === 0xff) { place++; continue; }
    if (mark === 0xda) return { ...found, data: place };
    if (mark === 0xe1 && text(bytes, place + 4, 4) === 'Exif') {
      try { found.turn = orientation(bytes.subarray(place + 10, place + 2 + length)); } catch { /* damaged: as it lies */ }
    }
    if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)) {
      found.height = at.getUint16(place + 5), found.width = at.getUint16(place + 7);
    }
    place += 2 + length;
  }
  return found;
}

function png(bytes) {
  const at = view(bytes);
  let moves = false;
  for (let place = 8; place + 8 < bytes.length && text(bytes, place + 4, 4) !== 'IDAT'; place += 12 + at.getUint32(place)) {
    moves ||= text(bytes, place + 4, 4) === 'acTL' && at.getUint32(place + 8) > 1;
  }
  return { kind: 'png', width: at.getUint32(16), height: at.getUint32(20), moves };
}

function gif(bytes) {
  const at = view(bytes), table = flags => flags & 128 ? 3 << (flags & 7) + 1 : 0;
  let place = 13 + table(bytes[10]), pictures = 0;
  while (pictures < 2 && place + 10 < bytes.length && bytes[place] !== 0x3b) {
    pictures += bytes[place] === 0x2c;
    place += bytes[place] === 0x2c ? 11 + table(bytes[place + 9]) : 2;
    while (bytes[place]) place += bytes[place] + 1;
    place++;
  }
  return { kind: 'gif', width: at.getUint16(6, true), height: at.getUint16(8, true), moves: pictures > 1 };
}

function webp(bytes) {
  const at = view(bytes), size = place => 1 + (at.getUint32(place, true) & 0xffffff), part = text(bytes, 12, 4);
  if (part === 'VP8X') return { kind: 'webp', width: size(24), height: size(27), moves: !!(bytes[20] & MOVING) };
  if (part === 'VP8L') {
    const both = at.getUint32(21, true);
    return { kind: 'webp', width: 1 + (both & 0x3fff), height: 1 + (both >> 14 & 0x3fff) };
  }
  return { kind: 'webp', width: at.getUint16(26, true) & 0x3fff, height: at.getUint16(28, true) & 0x3fff };
}

// AVIF, HEIC and MP4 are the same boxes; the largest "ispe" is the picture, the others its tiles and thumbnails.
function boxes(bytes) {
  const at = view(bytes), brands = text(bytes, 8, Math.min(at.getUint32(0), 64) - 8);
  const kind = /avif|avis/.test(brands) ? 'avif' : /hei[cfmsx]|hev|mif1|msf1/.test(brands) ? 'heic' : 'video';
  const found = { kind, width: 0, height: 0, moves: /^(avis|msf1)/.test(brands) };
  for (let place = 8; kind !== 'video' && place + 20 <= bytes.length; place++) {
    if (bytes[place] !== 0x69 || text(bytes, place, 4) !== 'ispe') continue;
    const [width, height] = [at.getUint32(place + 8), at.getUint32(place + 12)];
    if (width * height > found.width * found.height) Object.assign(found, { width, height });
  }
  return found;
}

const KINDS = [
  [/^\xff\xd8\xff/, jpeg], [/^\x89PNG\r\n\x1a\n/, png], [/^GIF8[79]a/, gif], [/^RIFF[^]{4}WEBP/, webp], [/^[^]{4}ftyp/, boxes],
  [/^BM[^]{12}[\x28\x6c\x7c]\0/, bytes => ({ kind: 'other', width: view(bytes).getInt32(18, true),
    height: Math.abs(view(bytes).getInt32(22, true)) })],
  [/^(\x1a\x45\xdf\xa3|RIFF[^]{4}AVI |OggS|FLV\x01|\0\0\x01[\xba\xb3]|\x30\x26\xb2\x75|[^]{4}(moov|mdat|wide|free|skip|pnot)|G[^]{187}G)/,
    () => ({ kind: 'video' })],
];

export function head(bytes) {
  const start = text(bytes, 0, 256), [, read] = KINDS.find(([like]) => like.test(start)) ?? [];
  const found = { kind: '', width: 0, height: 0, turn: 1, moves: false };
  try {
    return { ...found, ...read?.(bytes) };
  } catch {
    return found;                                          // it ends before it has said so
  }
}
