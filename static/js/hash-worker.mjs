// Works out fingerprints away from the page, one thing at a time. In: {id, file, side?}. Out, by id: {progress: 0 … 1}, then for a
// picture {value: "pdq:quality:sha256:md5:variants", sha, moves} or {refused: one of the words of the page}, for a video {video: true, sha, md5}.
// In: {id, frame: ImageBitmap}; out {hash, quality}, or {} if it is too flat. In: {cancel: id}; out {cancelled: true}. Nothing is kept
// and nothing is sent.
import { digests } from './digests.mjs';
import { head } from './headers.mjs';
import { pdq, usable } from './pdq.mjs';
import { variants } from './variants.mjs';

const REDUCED = 1024, STRIP = 64, HEAD = 2 ** 20, SMALLEST = 5, FRAME = 2.5e6;
const LARGE = 40e6, MOST = 200e6, MOST_BYTES = 2 ** 27;    // pixels: reduced from, refused from
const SMALL = navigator.deviceMemory <= 2 ? .4 : 1;        // of either, where the browser reports 2 GB of memory or less
const cancelled = new Set();

class Refused extends Error {}

// Each side by itself is reduced to the length at which the blur's window, a 128th rounded up to whole pixels, is the same share of
// the picture as at full size.
const reduced = (length, side) => length > side ? Math.max(1, Math.round(length / Math.ceil(length / 128) * side / 128)) : length;

async function bytesOf(file, id) {
  const sum = digests();
  let done = 0, told = 0;
  for (const reader = file.stream().getReader(); ;) {
    const { value } = await reader.read();
    if (!value) break;
    if (cancelled.has(id)) throw reader.cancel(), new Refused('cancelled');
    sum.add(value);
    done += value.length;
    if (done - told > file.size / 50) postMessage({ id, progress: (told = done) / file.size / 2 });
  }
  return sum.end();
}

// In strips, so that a large picture never lies there twice; see-through parts on white.
function strips(picture, [width, height], ...takers) {
  const canvas = new OffscreenCanvas(width, Math.min(height, STRIP)).getContext('2d', { willReadFrequently: true });
  canvas.imageSmoothingQuality = 'high';
  canvas.fillStyle = '#fff';
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    canvas.fillRect(0, 0, width, rows);
    canvas.drawImage(picture, 0, -top, width, height);
    const { data } = canvas.getImageData(0, 0, width, rows);
    for (const taker of takers) taker.add(data);
  }
}

// Its PDQ, and those of crops and mirror images; of what a frame surrounds, if there is one.
function read(picture, size) {
  const hasher = pdq(...size);
  let more = variants(...size);
  strips(picture, size, hasher, more);
  let found = more.end();
  if (found.inside) {
    more = variants(...size, found.inside);
    strips(picture, size, more);
    found = more.end();
  }
  return { ...hasher.end(), variants: found.variants };
}

// Turned upright, which every browser does unasked (the word for it, "from-image", is an error in those from before 2023, such as
// Chrome 111); colour profile ignored. A picture too large to be held is decoded small, where the browser can do that.
async function look(file, found, side) {
  const { width, height, turn } = found, pixels = width * height;
  if (width && Math.min(width, height) < SMALLEST) throw new Refused('flat');
  if (pixels > MOST * SMALL || file.size > MOST_BYTES) throw new Refused(found.kind ? 'heic' : 'fail');
  side ??= pixels > LARGE * SMALL ? REDUCED : Infinity;
  const options = { colorSpaceConversion: 'none' };
  const target = (turn > 4 ? [height, width] : [width, height]).map(length => reduced(length, side));
  if (side < Infinity && pixels) Object.assign(options, { resizeWidth: target[0], resizeHeight: target[1], resizeQuality: 'high' });
  const picture = await createImageBitmap(file, options);
  try {
    return read(picture, [picture.width, picture.height].map(length => reduced(length, side)));
  } finally {
    picture.close();
  }
}

// A JPEG that was not fetched to its end: browsers show what is there.
async function isCut(file, { kind, data }) {
  if (kind !== 'jpeg' || !data) return false;
  let last = 0;
  for (const reader = file.slice(data).stream().getReader(); ;) {
    const { value } = await reader.read();
    if (!value) return true;
    if (last === 255 && value[0] === 0xd9) return false;
    for (let at = value.indexOf(255); at >= 0; at = value.indexOf(255, at + 1)) if (value[at + 1] === 0xd9) return false;
    last = value[value.length - 1];
  }
}

async function fingerprint({ id, file, side }) {
  if (!file.size) throw new Refused('fail');
  const found = head(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  const { md5, sha256: sha } = await bytesOf(file, id);
  if (found.kind === 'video' || !found.kind && file.type.startsWith('video/')) return { video: true, sha, md5 };
  try {
    const seen = await look(file, found, side), { hash, quality, variants: more } = seen;
    if (await isCut(file, found)) throw new Refused('fail');
    if (!usable(seen)) throw new Refused('flat');
    return { value: [hash, quality, sha, md5, more.join(',')].join(':'), sha, moves: found.moves };
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(found.kind === 'heic' ? 'heic' : 'fail');
  }
}

function still(frame) {
  const side = frame.width * frame.height > FRAME ? REDUCED : Infinity;
  const size = [frame.width, frame.height].map(length => reduced(length, side)), hasher = pdq(...size);
  strips(frame, size, hasher);
  const found = hasher.end();
  return usable(found) ? found : {};
}

const answer = data => data.frame ? still(data.frame) : fingerprint(data);

let turn = Promise.resolve();                 // one at a time, whatever arrives: a decoded picture is large
addEventListener('message', ({ data }) => {
  const { id, cancel } = data;
  if (cancel) return cancelled.add(cancel);
  turn = turn.then(() => cancelled.has(id) ? { cancelled: true } : answer(data)).finally(() => data.frame?.close())
    .catch(error => error.message === 'cancelled' ? { cancelled: true } : { refused: error instanceof Refused ? error.message : 'fail' })
    .then(result => postMessage({ id, ...result }));
});
