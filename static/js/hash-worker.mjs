// Works out one picture's fingerprint at a time, away from the page. In: {id, file, side?}. Out, by id: {progress: 0 … 1}, then
// {value: "pdq:quality:sha256:md5", sha} or {refused: "fail" | "heic" | "flat" | "big"}. Nothing is kept and nothing is sent.
import { pdq } from './pdq.mjs';
import { hex, md5 } from './md5.mjs';

const MIN_QUALITY = 50, MOST_BYTES = 2 ** 27, REDUCED = 1024, STRIP = 64;

// Only pictures of more megapixels than the device has room for are reduced, each side by itself: to the length at which the
// blur's window, a 128th rounded up to whole pixels, is the same share of the picture as at full size.
function size({ width, height }, side) {
  side ??= width * height > (navigator.deviceMemory <= 2 ? 16e6 : 40e6) ? REDUCED : Infinity;
  return [width, height].map(length =>
    length > side ? Math.max(1, Math.round(length / Math.ceil(length / 128) * side / 128)) : length);
}

// Turned upright, colour profile ignored, see-through parts on white; read strip by strip.
async function look(file, side) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
  const [width, height] = size(picture, side), hasher = pdq(width, height);
  const canvas = new OffscreenCanvas(width, Math.min(height, STRIP)).getContext('2d', { willReadFrequently: true });
  canvas.imageSmoothingQuality = 'high';
  canvas.fillStyle = '#fff';
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    canvas.fillRect(0, 0, width, rows);
    canvas.drawImage(picture, 0, -top, width, height);
    hasher.add(canvas.getImageData(0, 0, width, rows).data);
  }
  picture.close();
  return hasher.end();
}

const isHeic = bytes => /^ftyp(hei|hev|mif|msf)/.test(String.fromCharCode(...new Uint8Array(bytes.slice(4, 12))));

async function fingerprint(file, side, progress) {
  if (file.size > MOST_BYTES) return { refused: 'big' };
  const bytes = await file.arrayBuffer();
  progress(.2);
  const sha = hex(await crypto.subtle.digest('SHA-256', bytes)), md = md5(bytes);
  progress(.5);
  try {
    const { hash, quality } = await look(file, side);
    return quality < MIN_QUALITY ? { refused: 'flat' } : { value: [hash, quality, sha, md].join(':'), sha };
  } catch {
    return { refused: isHeic(bytes) ? 'heic' : 'fail' };
  }
}

let turn = Promise.resolve();                 // one at a time, whatever arrives: a decoded picture is large
addEventListener('message', ({ data: { id, file, side } }) => {
  turn = turn.then(() => fingerprint(file, side, progress => postMessage({ id, progress })))
    .catch(() => ({ refused: 'fail' })).then(result => postMessage({ id, ...result }));
});
